import { tls } from './dialogues.ts';
import { dnsAnswer, dnsQuery } from './dns.ts';
import { type Route, udpFrame } from './packet.ts';
import { pickSource } from './sources.ts';
import { tcpSession } from './tcp-session.ts';
import type { World } from './world.ts';

const RESOLVERS = [
  [1, 1, 1, 1],
  [8, 8, 8, 8],
  [9, 9, 9, 9],
  [208, 67, 222, 222],
].map((address) => Uint8Array.from(address));

const SERVICES = [
  'www',
  'api',
  'cdn',
  'mirror',
  'updates',
  'login',
  'media',
  'time',
  'static',
  'mail',
];
const ZONES = ['example.com', 'example.net', 'example.org'];

/** A host of the site looks a name up and then visits what the answer named. */
export function browse(world: World, at: number): void {
  const { random } = world;
  const client = world.home(random.pick(world.hosts));
  const name = `${random.pick(SERVICES)}-${random.between(1, 60)}.${random.pick(ZONES)}`;
  const servers = Array.from({ length: random.between(1, 3) }, () => pickSource(random));
  const answeredAt = lookUp(world, at, { client, name, servers });
  const server = servers[0];
  if (!server || random.chance(0.35)) return;
  const ends = {
    client,
    server,
    clientPort: world.ephemeralPort(),
    serverPort: 443,
    roundTripMs: random.between(12, 160),
    near: 'client' as const,
  };
  tcpSession(world, answeredAt + 2, ends, { turns: tls(random), end: 'fin' });
}

function lookUp(
  world: World,
  at: number,
  ask: { readonly client: Uint8Array; readonly name: string; readonly servers: Uint8Array[] },
): number {
  const { random } = world;
  const resolver = random.pick(RESOLVERS);
  const [id, port] = [random.between(0, 0xffff), world.ephemeralPort()];
  const route = (from: Uint8Array, to: Uint8Array): Route => ({ from, to, ttl: 64, id });
  const answeredAt = at + random.between(4, 35);
  world.send(
    at,
    udpFrame(route(ask.client, resolver), { from: port, to: 53 }, dnsQuery(id, ask.name, 1)),
  );
  world.send(
    answeredAt,
    udpFrame(
      route(resolver, ask.client),
      { from: 53, to: port },
      dnsAnswer(id, ask.name, ask.servers),
    ),
  );
  return answeredAt;
}
