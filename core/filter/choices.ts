import { BEHAVIOURS } from '../classify/behaviours.ts';
import { SERVICE_CLASSES, SERVICES } from '../classify/services.ts';
import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import {
  CONN_STATES,
  DIRECTION,
  EVENT_KIND,
  isFlowKind,
  METHOD,
  PROVENANCE,
} from '../event/kinds.ts';
import { MARK } from '../event/table.ts';

/** A member of a closed set: what is typed, what it is called, and the numbers of its column that it stands for. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly ids: readonly number[];
}

/** Every service. */
export const SERVICE_CHOICES: readonly Choice[] = SERVICES.map(({ id, name, label }) => ({
  name,
  label,
  ids: [id],
}));

/** Every class of services, then every service: asking for the class `ssh` means the service. */
export const CLASS_CHOICES: readonly Choice[] = [
  ...SERVICE_CLASSES.map(({ name, label }) => ({
    name,
    label,
    ids: SERVICES.filter((service) => service.class === name).map(({ id }) => id),
  })),
  ...SERVICE_CHOICES,
];

/** Every behaviour but none. */
export const BEHAVIOUR_CHOICES: readonly Choice[] = BEHAVIOURS.slice(1).map(
  ({ id, name, label }) => ({ name, label, ids: [id] }),
);

/** Kinds of rows, and `flow` for the four of connections. */
export const KIND_CHOICES: readonly Choice[] = [
  {
    name: 'flow',
    label: 'Any row of a connection',
    ids: Object.values(EVENT_KIND).filter(isFlowKind),
  },
  ...named(EVENT_KIND),
];

export const STATE_CHOICES: readonly Choice[] = CONN_STATES.map((name, id) => ({
  name,
  label: name,
  ids: [id],
}));
export const DIRECTION_CHOICES: readonly Choice[] = named(DIRECTION);
export const METHOD_CHOICES: readonly Choice[] = named(METHOD);
export const PROVENANCE_CHOICES: readonly Choice[] = named(PROVENANCE);
export const SEVERITY_CHOICES: readonly Choice[] = named(
  Object.fromEntries(SEVERITY_NAMES.map((name, level) => [name, level])),
);
/** The ids are bits. */
export const MARK_CHOICES: readonly Choice[] = named(MARK);
export const PROTOCOL_CHOICES: readonly Choice[] = [
  { name: 'tcp', label: 'TCP', ids: [6] },
  { name: 'udp', label: 'UDP', ids: [17] },
  { name: 'icmp', label: 'ICMP', ids: [1] },
  { name: 'icmp6', label: 'ICMPv6', ids: [58] },
];

/** Techniques of all behaviours with the techniques they are part of. The ids are those of techniqueId. */
export const TECHNIQUE_CHOICES: readonly Choice[] = techniques();

/** A behaviour seen in a direction, as one number: what a technique depends on. */
export function techniqueId(behaviour: number, direction: number): number {
  return behaviour * 8 + direction;
}

function techniques(): Choice[] {
  const found = new Map<string, { label: string; ids: number[] }>();
  const note = (id: string, label: string, at: number): void => {
    const known = found.get(id) ?? { label, ids: [] };
    known.ids.push(at);
    found.set(id, known);
  };
  for (const behaviour of BEHAVIOURS) {
    for (const direction of Object.values(DIRECTION)) {
      const outside = direction === DIRECTION.inbound || direction === DIRECTION.transit;
      const technique = outside ? behaviour.outside : behaviour.inside;
      if (technique === undefined) continue;
      const at = techniqueId(behaviour.id, direction);
      note(technique.id, technique.name, at);
      const [whole = '', part] = technique.id.split('.');
      if (part !== undefined) note(whole, technique.name.split(':')[0] ?? '', at);
    }
  }
  return [...found].map(([name, { label, ids }]) => ({ name, label, ids }));
}

function named(set: Readonly<Record<string, number>>): Choice[] {
  return Object.entries(set).map(([name, id]) => ({
    name,
    label: name.charAt(0).toUpperCase() + name.slice(1),
    ids: [id],
  }));
}
