import type { Route } from './packet.ts';
import { type Ends, synProbe } from './tcp-session.ts';
import type { World } from './world.ts';

/** One thing that a running campaign does at a time: a connection, a probe, a burst. */
export type Strike = (world: World, at: number) => void;

/** A kind of campaign: how often it comes, how fast it strikes, how long it lasts. */
export interface CampaignKind {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** Strikes a second at the default rate. */
  readonly strikesPerSecond: readonly [number, number];
  readonly seconds: readonly [number, number];
  /** Packets of one strike, roughly; campaigns are started until their sum meets the wanted rate. */
  readonly packets: number;
  /** Chooses attackers and targets. */
  readonly begin: (world: World) => Strike;
}

/** A SYN to a place of the home network, which answers as the host there does, or not at all. */
export function synTo(
  world: World,
  at: number,
  target: { readonly attacker: Uint8Array; readonly place: number; readonly port: number },
): void {
  const { attacker, place, port } = target;
  const ends = inbound(world, attacker, world.home(place), port);
  const live = world.exists(place) ? 'refused' : 'silence';
  synProbe(world, at, ends, world.open(place, port) ? 'half-open' : live);
}

/** The ends of a connection from outside; the round trip depends on the far address. */
export function inbound(
  world: World,
  client: Uint8Array,
  server: Uint8Array,
  serverPort: number,
): Ends {
  const roundTripMs = 15 + (((client[0] ?? 0) * 7 + (client[1] ?? 0) * 3) % 230);
  const clientPort = world.ephemeralPort();
  return { client, server, clientPort, serverPort, roundTripMs, near: 'server' };
}

/** The way of one packet. */
export function route(world: World, from: Uint8Array, to: Uint8Array): Route {
  return { from, to, ttl: world.random.between(44, 60), id: world.random.between(1, 0xffff) };
}
