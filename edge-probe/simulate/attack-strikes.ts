import { type Attack, type AttackKind, KIND_PORTS } from './attack.ts';
import * as dialogue from './dialogues.ts';
import { echoFrame, udpFrame } from './packet.ts';
import { pickSource, pickSourceV6 } from './sources.ts';
import { inbound, route } from './strike.ts';
import { synProbe, tcpSession } from './tcp-session.ts';
import type { World } from './world.ts';

/** An attack that goes on, with everything the list left open decided. */
export interface RunningAttack {
  readonly kind: AttackKind;
  readonly port: number;
  /** Who strikes next. */
  readonly source: () => Uint8Array;
  readonly target: Target;
}

interface Target {
  readonly address: Uint8Array;
  /** Its number in the site's network; undefined for hosts elsewhere, which answer on every port. */
  readonly place: number | undefined;
}

/** Hosts a site's network has room for. */
const PLACES = 62;

const DIALOGUES: Readonly<Partial<Record<AttackKind, dialogue.Dialogue>>> = {
  ssh: dialogue.sshLogin,
  telnet: dialogue.telnetLogin,
  rdp: dialogue.rdpLogin,
  http: dialogue.httpProbe,
  https: dialogue.tls,
  smb: dialogue.smbProbe,
  redis: dialogue.redisProbe,
  mysql: dialogue.mysqlLogin,
  postgres: dialogue.postgresLogin,
  smtp: dialogue.smtpProbe,
  ftp: dialogue.ftpLogin,
};

/** Decides what the list left open. */
export function beginAttack(world: World, attack: Attack): RunningAttack {
  const { kind, port = KIND_PORTS[kind] } = attack;
  const target = targetOf(world, attack, port);
  const v6 = target.address.length === 16;
  const pick = (): Uint8Array => (v6 ? pickSourceV6(world.random) : pickSource(world.random));
  const many = kind === 'syn-flood' || kind === 'reflection';
  const one = attack.source ?? pick();
  const source = attack.source === undefined && many ? pick : (): Uint8Array => one;
  return { kind, port, source, target };
}

type Strike = (world: World, at: number, attack: RunningAttack, nth: number) => void;

const STRIKES: Readonly<Partial<Record<AttackKind, Strike>>> = {
  scan: (world, at, { source, target, port }, nth) =>
    syn(world, at, { source: source(), target, port: ((port - 1 + nth) % 65_535) + 1 }),
  sweep: (world, at, { source, target, port }, nth) =>
    syn(world, at, { source: source(), target: nthHost(world, target, nth), port }),
  ping: (world, at, { source, target }, nth) =>
    ping(world, at, source(), { target: nthHost(world, target, nth), nth }),
  'syn-flood': (world, at, { source, target, port }) =>
    synProbe(world, at, inbound(world, source(), target.address, port), 'silence'),
  'udp-flood': (world, at, { source, target, port }) => {
    const ports = { from: world.ephemeralPort(), to: port };
    datagram(world, at, { source: source(), target, ports, most: 512 });
  },
  reflection: (world, at, { source, target, port }) => {
    const ports = { from: port, to: world.ephemeralPort() };
    datagram(world, at, { source: source(), target, ports, most: 1_200 });
  },
};

/** One connection, probe or datagram, the `nth` of its attack. */
export function strike(world: World, at: number, attack: RunningAttack, nth: number): void {
  const { kind, port, target, source } = attack;
  const talk = DIALOGUES[kind];
  const special = STRIKES[kind];
  if (special) {
    special(world, at, attack, nth);
  } else if (talk) {
    const ends = inbound(world, source(), target.address, port);
    tcpSession(world, at, ends, { turns: talk(world.random), end: 'fin' });
  } else {
    syn(world, at, { source: source(), target, port });
  }
}

function targetOf(world: World, { target, source }: Attack, port: number): Target {
  if (target instanceof Uint8Array) return { address: target, place: placeOf(world, target) };
  const place = target ?? world.hostWith(port);
  const address = source?.length === 16 ? world.homeV6(place) : world.home(place);
  return { address, place };
}

function placeOf(world: World, address: Uint8Array): number | undefined {
  for (let place = 1; place <= PLACES; place++) {
    const home = address.length === 16 ? world.homeV6(place) : world.home(place);
    if (home.every((byte, i) => byte === address[i])) return place;
  }
  return undefined;
}

/** The hosts of the site one after the other, from the target on; a target elsewhere stays the only one. */
function nthHost(world: World, target: Target, nth: number): Target {
  if (target.place === undefined) return target;
  const place = ((target.place - 1 + nth) % PLACES) + 1;
  const address = target.address.length === 16 ? world.homeV6(place) : world.home(place);
  return { address, place };
}

function syn(
  world: World,
  at: number,
  { source, target, port }: { source: Uint8Array; target: Target; port: number },
): void {
  const { place } = target;
  const open = place === undefined || world.open(place, port);
  const there = place === undefined || world.exists(place);
  const ends = inbound(world, source, target.address, port);
  synProbe(world, at, ends, open ? 'half-open' : there ? 'refused' : 'silence');
}

function ping(
  world: World,
  at: number,
  source: Uint8Array,
  { target, nth }: { target: Target; nth: number },
): void {
  const { address, place } = target;
  const echo = { identifier: world.random.between(1, 0xffff), sequence: nth & 0xffff };
  world.send(at, echoFrame(route(world, source, address), { ...echo, reply: false }));
  if (place !== undefined && !world.exists(place)) return;
  world.send(at + 0.2, echoFrame(route(world, address, source), { ...echo, reply: true }));
}

function datagram(
  world: World,
  at: number,
  way: {
    readonly source: Uint8Array;
    readonly target: Target;
    readonly ports: { readonly from: number; readonly to: number };
    /** Longest payload, bytes. */
    readonly most: number;
  },
): void {
  const payload = world.random.bytes(world.random.between(way.most >> 1, way.most));
  world.send(at, udpFrame(route(world, way.source, way.target.address), way.ports, payload));
}
