import type { BatchEvents } from '../../core/batch/batch.ts';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, METHOD, PROTOCOL } from '../../core/event/kinds.ts';
import type { RowColumns } from '../../core/event/row-columns.ts';
import { parseAddress } from '../../core/redact/address.ts';

/** A sensor with a home of its own, where nobody may find it. */
export const CANARY_SENSOR = {
  probe: 'probe-canary-of-the-depot',
  site: 'Northern depot',
  lat: 53.123457,
  lon: 10.765432,
  home: ['198.51.100.0/25', '2001:db8:5eed::/48'],
} as const;

/** Texts of a host that nobody outside may see. */
export const CANARY_TEXTS = [
  'mail.canary-of-the-depot.example',
  '198-51-100-7.dsl.canary-carrier.example',
  'sni.canary-of-the-depot.example',
  'host-header.canary-of-the-depot.example',
  '/usr/sbin/canary-of-the-depot',
  '--password=canary-of-the-depot',
  'canaryja4_of_the_depot',
] as const;

/** Addresses inside; the last one comes mapped into IPv6. */
export const CANARY_ADDRESSES = [
  '198.51.100.7',
  '2001:db8:5eed::53',
  '10.77.66.55',
  '198.51.100.77',
] as const;

/** Of an outside host the network may be known, the address not. */
export const CANARY_SOURCES = ['45.33.32.156', '2a00:1450:4001:5eed::9'] as const;
export const CANARY_USER = 50_907;
export const CANARY_PID = 47_113;

type Row = Partial<Record<keyof RowColumns, number>>;

/** Rows of every kind, which tell every canary. */
export function canaryEvents(time: number): BatchEvents {
  const builder = new BatchBuilder(64);
  const end = (text: string): number => {
    const bytes = parseAddress(text) as Uint8Array;
    return builder.address(bytes, 0, bytes.length === 4 ? 4 : 16);
  };
  const [sensor, home6, inside, mapped] = CANARY_ADDRESSES.map((text, i) =>
    end(i === 3 ? `::ffff:${text}` : text),
  ) as [number, number, number, number];
  const [source4, source6] = CANARY_SOURCES.map(end) as [number, number];
  const [mail, reverse, sni, host, command, argument, ja4] = CANARY_TEXTS.map((text) =>
    builder.text(text),
  ) as [number, number, number, number, number, number, number];
  const { open, data, close, whole, name, trace, fork, exec, exit, finding } = EVENT_KIND;
  const owner = { pid: CANARY_PID, parentPid: CANARY_PID - 1, user: CANARY_USER, text: command };
  const flow = { initiatorPort: 51_515, responderPort: 48_443, packetsOut: 4, bytesOut: 400 };
  const rows: Row[] = [
    { kind: whole, flow: 1, initiator: source4, responder: sensor, ...flow, ...owner, detail: ja4 },
    { kind: open, flow: 2, initiator: source6, responder: home6, ...flow },
    { kind: data, flow: 2, initiator: source6, responder: home6, ...flow, durationMs: 5 },
    { kind: close, flow: 2, durationMs: 9 },
    { kind: whole, flow: 3, initiator: mapped, responder: source4, ...flow, responderPort: 443 },
    { kind: whole, flow: 4, initiator: sensor, responder: inside, ...flow },
    { kind: finding, initiator: source4, responder: sensor, behaviour: 1, evidence: 40 },
    { kind: finding, initiator: inside, responder: sensor, behaviour: 2, evidence: 50 },
    ...[mail, reverse, sni, host].map((text) => ({
      ...{ kind: name, initiator: sensor, responder: source4, text, service: 4 },
    })),
    { kind: trace, initiator: inside, responder: source4, initiatorPort: 2, durationMs: 3 },
    { kind: fork, initiator: sensor, responder: sensor, ...owner },
    { kind: exec, initiator: sensor, responder: sensor, ...owner, detail: argument },
    { kind: exit, initiator: sensor, responder: sensor, ...owner, exitCode: 3 },
  ];
  for (const [n, row] of rows.entries()) {
    const i = builder.add();
    const all = { time: time + n, protocol: PROTOCOL.tcp, method: METHOD.none, ...row };
    for (const [column, value] of Object.entries(all)) {
      builder.columns[column as keyof RowColumns][i] = value;
    }
  }
  return builder.take();
}
