import { ascii, type Route, TCP, tcpFrame } from './packet.ts';
import type { World } from './world.ts';

/** Who talks to whom. */
export interface Ends {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly clientPort: number;
  readonly serverPort: number;
  /** ms from the sensor to the far end and back. */
  readonly roundTripMs: number;
  /** The near end, next to the sensor, is the server (inbound) or the client (outbound). */
  readonly near: 'server' | 'client';
}

/** One thing that one side says, after thinking for a while. */
export interface Turn {
  readonly by: 'client' | 'server';
  readonly say: string | Uint8Array;
  readonly afterMs: number;
}

/** What becomes of a SYN: nobody answers, it is refused, or the client drops the half-open connection (a SYN scan). */
export type ProbeAnswer = 'silence' | 'refused' | 'half-open';

/** A TCP connection being simulated: knows both sequence numbers and the time. */
class Talk {
  readonly #world: World;
  readonly #ends: Ends;
  readonly #next: { client: number; server: number };
  #now: number;

  constructor(world: World, at: number, ends: Ends) {
    this.#world = world;
    this.#ends = ends;
    this.#now = at;
    this.#next = {
      client: world.random.between(1, 0x7fffffff),
      server: world.random.between(1, 0x7fffffff),
    };
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  /** The time the other side needs to hear and to answer, as seen by the sensor. */
  passTo(by: 'client' | 'server'): void {
    this.pass(by === this.#ends.near ? 0.15 : this.#ends.roundTripMs);
  }

  send(by: 'client' | 'server', flags: number, payload: Uint8Array = ascii('')): void {
    const { client, server, clientPort, serverPort } = this.#ends;
    const fromClient = by === 'client';
    const other = fromClient ? 'server' : 'client';
    const route: Route = {
      from: fromClient ? client : server,
      to: fromClient ? server : client,
      ttl: by === this.#ends.near ? 64 : 64 - 8 - (clientPort % 14),
      id: this.#world.random.between(1, 0xffff),
    };
    const frame = tcpFrame(route, {
      fromPort: fromClient ? clientPort : serverPort,
      toPort: fromClient ? serverPort : clientPort,
      sequence: this.#next[by],
      acknowledgement: (flags & TCP.ack) === 0 ? 0 : this.#next[other],
      flags,
      payload,
    });
    const counted = payload.length + ((flags & (TCP.syn | TCP.fin)) !== 0 ? 1 : 0);
    this.#next[by] = (this.#next[by] + counted) >>> 0;
    this.#world.send(this.#now, frame);
  }
}

/** A SYN and what becomes of it. */
export function synProbe(world: World, at: number, ends: Ends, answer: ProbeAnswer): void {
  const talk = new Talk(world, at, ends);
  talk.send('client', TCP.syn);
  if (answer === 'silence') return;
  talk.passTo('server');
  if (answer === 'refused') {
    talk.send('server', TCP.rst | TCP.ack);
    return;
  }
  talk.send('server', TCP.syn | TCP.ack);
  talk.passTo('client');
  talk.send('client', TCP.rst);
}

/** A whole connection: handshake, turns, and its end by the client, with FIN or with RST. */
export function tcpSession(
  world: World,
  at: number,
  ends: Ends,
  script: { readonly turns: readonly Turn[]; readonly end: 'fin' | 'reset' },
): void {
  const talk = new Talk(world, at, ends);
  talk.send('client', TCP.syn);
  talk.passTo('server');
  talk.send('server', TCP.syn | TCP.ack);
  talk.passTo('client');
  talk.send('client', TCP.ack);
  for (const turn of script.turns) {
    const other = turn.by === 'client' ? 'server' : 'client';
    talk.pass(turn.afterMs);
    sayInSegments(talk, turn.by, typeof turn.say === 'string' ? ascii(turn.say) : turn.say);
    talk.passTo(other);
    talk.send(other, TCP.ack);
  }
  talk.pass(world.random.between(1, 40));
  if (script.end === 'reset') {
    talk.send('client', TCP.rst | TCP.ack);
    return;
  }
  talk.send('client', TCP.fin | TCP.ack);
  talk.passTo('server');
  talk.send('server', TCP.fin | TCP.ack);
  talk.passTo('client');
  talk.send('client', TCP.ack);
}

function sayInSegments(talk: Talk, by: 'client' | 'server', bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; from += 1440) {
    talk.send(by, TCP.psh | TCP.ack, bytes.subarray(from, from + 1440));
    talk.pass(0.02);
  }
}
