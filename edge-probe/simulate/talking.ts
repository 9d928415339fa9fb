import * as dialogue from './dialogues.ts';
import { pickSource, pickSourceV6 } from './sources.ts';
import { type CampaignKind, inbound, type Strike } from './strike.ts';
import { synProbe, tcpSession } from './tcp-session.ts';
import type { World } from './world.ts';

/** What is said over TCP, where, and by how many attackers at a time. */
interface Talking extends Omit<CampaignKind, 'begin' | 'seconds'> {
  readonly port: number;
  readonly dialogue: dialogue.Dialogue;
  readonly attackers: readonly [number, number];
}

const TALKING: readonly Talking[] = [
  {
    name: 'ssh-brute-force',
    port: 22,
    dialogue: dialogue.sshLogin,
    weight: 9,
    strikesPerSecond: [0.8, 2.5],
    packets: 22,
    attackers: [1, 4],
  },
  {
    name: 'telnet-botnet',
    port: 23,
    dialogue: dialogue.telnetLogin,
    weight: 7,
    strikesPerSecond: [1, 3],
    packets: 18,
    attackers: [8, 30],
  },
  {
    name: 'rdp-brute-force',
    port: 3389,
    dialogue: dialogue.rdpLogin,
    weight: 6,
    strikesPerSecond: [0.8, 2],
    packets: 15,
    attackers: [1, 3],
  },
  {
    name: 'http-crawl',
    port: 80,
    dialogue: dialogue.httpProbe,
    weight: 8,
    strikesPerSecond: [1, 4],
    packets: 10,
    attackers: [1, 5],
  },
  {
    name: 'https-visits',
    port: 443,
    dialogue: dialogue.tls,
    weight: 7,
    strikesPerSecond: [1, 3],
    packets: 22,
    attackers: [6, 20],
  },
  {
    name: 'smb-worm',
    port: 445,
    dialogue: dialogue.smbProbe,
    weight: 5,
    strikesPerSecond: [1, 3],
    packets: 13,
    attackers: [2, 12],
  },
  {
    name: 'redis-probe',
    port: 6379,
    dialogue: dialogue.redisProbe,
    weight: 3,
    strikesPerSecond: [1, 2],
    packets: 11,
    attackers: [1, 2],
  },
  {
    name: 'mysql-brute-force',
    port: 3306,
    dialogue: dialogue.mysqlLogin,
    weight: 3,
    strikesPerSecond: [1, 2],
    packets: 13,
    attackers: [1, 3],
  },
  {
    name: 'postgres-brute-force',
    port: 5432,
    dialogue: dialogue.postgresLogin,
    weight: 2,
    strikesPerSecond: [1, 2],
    packets: 11,
    attackers: [1, 2],
  },
  {
    name: 'smtp-relay',
    port: 25,
    dialogue: dialogue.smtpProbe,
    weight: 3,
    strikesPerSecond: [0.5, 1.5],
    packets: 17,
    attackers: [1, 4],
  },
  {
    name: 'ftp-login',
    port: 21,
    dialogue: dialogue.ftpLogin,
    weight: 2,
    strikesPerSecond: [0.5, 1.5],
    packets: 17,
    attackers: [1, 2],
  },
];

/** Whole logins or requests over TCP, from one attacker or a botnet. */
function talking(kind: Talking): CampaignKind {
  const { name, weight, strikesPerSecond, packets, port } = kind;
  const begin = (world: World): Strike => {
    const { random } = world;
    const count = random.between(...kind.attackers);
    const attackers = Array.from({ length: count }, () => pickSource(random));
    const server = world.home(world.hostWith(port));
    return (w, at) => {
      const ends = inbound(w, w.random.pick(attackers), server, port);
      const end = w.random.chance(0.7) ? 'fin' : 'reset';
      tcpSession(w, at, ends, { turns: kind.dialogue(w.random), end });
    };
  };
  return { name, weight, strikesPerSecond, packets, seconds: [8, 30], begin };
}

const V6_SERVICES: Readonly<Record<number, dialogue.Dialogue>> = {
  22: dialogue.sshLogin,
  80: dialogue.httpProbe,
  443: dialogue.tls,
};

/** The web over IPv6, and scans of it. */
const overV6: CampaignKind = {
  name: 'ipv6',
  weight: 2,
  strikesPerSecond: [1, 3],
  seconds: [6, 15],
  packets: 7,
  begin: (world) => {
    const attacker = pickSourceV6(world.random);
    return (w, at) => {
      const place = w.random.pick(w.hosts);
      const port = w.random.pick(Object.keys(V6_SERVICES).map(Number));
      const ends = inbound(w, attacker, w.homeV6(place), port);
      if (!w.open(place, port)) {
        synProbe(w, at, ends, 'refused');
        return;
      }
      const turns = V6_SERVICES[port]?.(w.random) ?? [];
      tcpSession(w, at, ends, { turns, end: 'fin' });
    };
  },
};

/** Campaigns that talk over TCP. */
export const TALKING_CAMPAIGNS: readonly CampaignKind[] = [overV6, ...TALKING.map(talking)];
