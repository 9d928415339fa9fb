import { connect, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { openEnvelope } from '../../core/batch/envelope.ts';
import { EVENT_KIND, PROVENANCE } from '../../core/event/kinds.ts';
import {
  ANSWERS,
  encodeFrame,
  encodeHello,
  FRAME,
  type Frame,
  FrameReader,
  GOODBYES,
} from '../../edge-probe/relay/frames.ts';
import type { Relay } from '../../edge-probe/relay/relay.ts';
import { relayKeyOf } from '../../edge-probe/relay/relay-key.ts';
import { RelaySink } from '../../edge-probe/relay/relay-sink.ts';
import { RELAY_TLS } from '../../edge-probe/relay/tls-options.ts';
import { Sealer } from '../../edge-probe/ship/sealer.ts';
import { PutError, type Sink } from '../../edge-probe/ship/sink.ts';
import { openBatch } from '../../lambdas/wrangle/open-batch.ts';
import type { Registry } from '../../lambdas/wrangle/sensor.ts';
import { eventually } from '../support/eventually.ts';
import { KeyFolder, keyOf, QUICK, StandInStream, startRelay } from '../support/relays.ts';

const CANARY = 'canary.cellar.example';
const never = new AbortController().signal;

/** Every sensor of these tests is enrolled under the key that its id gives. */
const registry: Registry = {
  sensor: async (probe: string) => ({
    ok: true,
    value: { probe, key: keyOf(probe), site: '', lat: 0, lon: 0, home: [], revoked: false },
  }),
  all: () => Promise.reject(new Error('nothing is published here')),
} as unknown as Registry;

function sealerOf(probe: string, key = keyOf(probe)): Sealer {
  const boot = '00112233445566aa';
  const createdAt = (): number => 1_700_000_000_000;
  return new Sealer({ probe, boot, key, provenance: PROVENANCE.measured, createdAt });
}

/** Batches that tell the canary's name. */
function batches(sealer: Sealer, count: number, rows = 1): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const builder = new BatchBuilder();
    for (let i = 0; i < rows; i++) {
      const row = builder.add();
      builder.columns.kind[row] = EVENT_KIND.name;
      builder.columns.time[row] = 1_700_000_000_000 + Math.random() * 1e9;
      builder.columns.initiator[row] = builder.address4((Math.random() * 2 ** 32) >>> 0);
      builder.columns.text[row] = builder.text(i === 0 ? CANARY : `${Math.random()}`);
    }
    return sealer.seal(builder.take()).bytes;
  });
}

/** Who a stored record is from by wrangle's account, and the first name it tells. */
async function accepted(bytes: Uint8Array): Promise<string> {
  const opened = await openBatch(bytes, registry);
  if (!opened.ok) return opened.reason;
  const events = opened.value.events();
  const { probe, sequence } = opened.value.header;
  return events.ok ? `${probe} ${sequence} ${events.value.texts[1]}` : events.reason;
}

/** A peer that has a key and keeps to nothing else. */
class Peer {
  readonly frames: Frame[] = [];
  readonly socket: TLSSocket;
  closed = false;
  readonly #reader = new FrameReader((frame) => this.frames.push(frame));

  constructor(port: number, probe: string, key = keyOf(probe)) {
    this.socket = tlsConnect({
      ...RELAY_TLS,
      host: '127.0.0.1',
      port,
      pskCallback: () => ({ psk: relayKeyOf(key, probe), identity: probe }),
    });
    this.socket.on('data', (chunk: Uint8Array) => this.#reader.push(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  send(...frames: readonly Uint8Array[]): this {
    for (const frame of frames) this.socket.write(frame);
    return this;
  }

  get answers(): string[] {
    return this.frames
      .filter(({ type }) => type === FRAME.answers)
      .flatMap(({ body }) => [...body].map((index) => ANSWERS[index] as string));
  }

  get goodbye(): string | undefined {
    const frame = this.frames.find(({ type }) => type === FRAME.goodbye);
    return frame && GOODBYES[frame.body[0] as number];
  }

  /** Why the relay said goodbye; the connection has ended. */
  async ended(): Promise<string | undefined> {
    await eventually(
      () => this.closed,
      (closed) => closed,
    );
    return this.goodbye;
  }
}

describe('a relay', () => {
  let keys: KeyFolder;
  let stream: StandInStream;
  let relay: Relay;
  let port: number;
  const closing: (() => void | Promise<void>)[] = [];

  beforeEach(() => {
    keys = new KeyFolder('sensor-1', 'sensor-2');
    stream = new StandInStream();
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    keys.remove();
  });

  async function start(
    more: Parameters<typeof startRelay>[2] = {},
    to: Sink = stream,
    folder = keys,
  ): Promise<number> {
    const started = await startRelay(folder, to, more);
    closing.push(() => started.relay.stop(200));
    ({ relay, port } = started);
    return port;
  }

  function sink(probe: string, key = keyOf(probe), at = port): RelaySink {
    const made = new RelaySink({ host: '127.0.0.1', port: at, probe, key });
    closing.push(() => made.close());
    return made;
  }

  function peer(probe: string, key = keyOf(probe)): Peer {
    const made = new Peer(port, probe, key);
    closing.push(() => {
      made.socket.destroy();
    });
    return made;
  }

  async function failureOf(putting: Promise<unknown>): Promise<PutError> {
    const error = await putting.catch((thrown: unknown) => thrown);
    if (error instanceof PutError) return error;
    throw new Error(`expected a PutError, got ${JSON.stringify(error)}`);
  }

  async function stored(count: number): Promise<string[]> {
    await eventually(
      () => stream.stored.length,
      (length) => length >= count,
    );
    return Promise.all(stream.stored.map(accepted));
  }

  async function refused(reason: string, count = 1): Promise<void> {
    await eventually(
      () => relay.status(false).refused,
      (by) => by[reason] === count,
    );
  }

  it('forwards what probes send, in their order, and wrangle takes it as theirs', async () => {
    await start();
    const [one, two] = [sealerOf('sensor-1'), sealerOf('sensor-2')];

    const outcomes = await Promise.all([
      sink('sensor-1').put(batches(one, 30), never),
      sink('sensor-2').put(batches(two, 20), never),
    ]);

    expect(outcomes.flat()).toEqual(new Array(50).fill({ ok: true }));
    const all = await stored(50);
    for (const [probe, count] of [
      ['sensor-1', 30],
      ['sensor-2', 20],
    ] as const) {
      expect(all.filter((text) => text.startsWith(probe))).toEqual(
        Array.from({ length: count }, (_, i) => `${probe} ${i + 1} ${CANARY}`),
      );
    }
    expect(relay.status(false)).toMatchObject({ batches: 50, connections: 2, refused: {} });
  });

  it('hands batches on through a second relay, which knows them by their probes', async () => {
    const outer = new KeyFolder();
    closing.push(() => outer.remove());
    outer.install('relay-1', 'sensor-1');
    const last = await start({}, stream, outer);
    await start({}, sink('relay-1', keyOf('relay-1'), last));

    const outcomes = await sink('sensor-1').put(batches(sealerOf('sensor-1'), 3), never);
    const notCarried = await sink('sensor-2').put(batches(sealerOf('sensor-2'), 1), never);

    expect([...outcomes, ...notCarried]).toEqual(new Array(4).fill({ ok: true }));
    expect(await stored(3)).toEqual([1, 2, 3].map((i) => `sensor-1 ${i} ${CANARY}`));
    await eventually(
      () => relay.status(false),
      ({ retries, queuedBatches }) => retries > 0 && queuedBatches === 1,
    );
    outer.install('relay-1', '*');
    expect(await stored(4)).toContain(`sensor-2 1 ${CANARY}`);
  });

  it('lets nobody wait for a probe that the next relay does not carry, and takes no more of it when half full', async () => {
    const outer = new KeyFolder();
    closing.push(() => outer.remove());
    outer.install('relay-1', 'sensor-1');
    const last = await start({}, stream, outer);
    const spoolBytes = 60_000;
    await start({ spoolBytes }, sink('relay-1', keyOf('relay-1'), last));
    const [one, two] = [sealerOf('sensor-1'), sealerOf('sensor-2')];
    const waiting = batches(two, 400);
    const first = waiting.findIndex(
      (_, i) => waiting.slice(0, i).reduce((sum, { length }) => sum + length, 0) > spoolBytes / 2,
    );

    const taken = await sink('sensor-2').put(waiting.slice(0, first), never);
    await eventually(
      () => relay.status(false).retries,
      (retries) => retries > 0,
    );
    const turnedAway = await sink('sensor-2').put(waiting.slice(first, first + 1), never);
    await sink('sensor-1').put(batches(one, 200), never);

    expect(new Set(taken.map(({ ok }) => ok))).toEqual(new Set([true]));
    expect(turnedAway).toMatchObject([{ ok: false, code: 'not-carried' }]);
    const expected = Array.from({ length: 200 }, (_, i) => `sensor-1 ${i + 1} ${CANARY}`);
    expect(await stored(200)).toEqual(expected);
    outer.install('relay-1', '*');
    const all = await stored(200 + first);
    expect(all.slice(200)).toEqual(
      Array.from({ length: first }, (_, i) => `sensor-2 ${i + 1} ${CANARY}`),
    );
  });

  it('sends more than its window and the largest batches whole', async () => {
    await start({ limits: { window: { batches: 3, bytes: 600_000 } } });
    const sealer = sealerOf('sensor-1');
    const large = batches(sealer, 3, 4_000);
    const small = batches(sealer, 50);

    const outcomes = await sink('sensor-1').put([...large, ...small], never);

    expect(outcomes).toEqual(new Array(53).fill({ ok: true }));
    expect(await stored(53)).toHaveLength(53);
  });

  it('lets in nobody without a key it knows, and says what to do', async () => {
    await start();
    const [record] = batches(sealerOf('sensor-1'), 1) as [Uint8Array];

    const unknown = await failureOf(sink('sensor-9').put([record], never));
    const wrong = await failureOf(sink('sensor-1', new Uint8Array(32)).put([record], never));

    for (const error of [unknown, wrong]) {
      expect(error.permanent).toBe(true);
      expect(error.message).toMatch(/does not let sensor-\d in .*relay-key/);
    }
    await refused('unknown-probe');
    await refused('wrong-key');
    expect(stream.stored).toEqual([]);
  });

  it('says that nobody listens', async () => {
    await start();
    await relay.stop(100);

    const error = await failureOf(sink('sensor-1').put(batches(sealerOf('sensor-1'), 1), never));

    expect([error.permanent, error.message.includes('ECONNREFUSED')]).toEqual([false, true]);
  });

  it('is not believed to be one for a certificate, however well signed', async () => {
    const { certificate, privateKey } = await selfSigned();
    const server = createTlsServer({ cert: certificate, key: privateKey });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => void server.close());
    const at = (server.address() as { port: number }).port;
    const put = (): Promise<PutError> =>
      failureOf(
        sink('sensor-1', keyOf('sensor-1'), at).put(batches(sealerOf('sensor-1'), 1), never),
      );

    const strict = await put();
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    closing.push(() => void delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']);
    const lax = await put();

    for (const error of [strict, lax]) {
      expect(error.permanent).toBe(true);
      expect(error.message).toContain('not this probe’s relay');
    }
  });

  it('refuses batches of other probes, forged headers and garbage, and takes the rest', async () => {
    await start();
    const forger = sealerOf('sensor-2', keyOf('sensor-1'));
    const own = sealerOf('sensor-1');
    const records = [
      ...batches(own, 1),
      ...batches(sealerOf('sensor-2'), 1),
      ...batches(forger, 1),
      new Uint8Array(50).fill(7),
      ...batches(own, 1),
    ];

    const outcomes = await sink('sensor-1').put(records, never);

    expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.code))).toEqual([
      'ok',
      'not-its-batch',
      'not-its-batch',
      'bad-batch',
      'ok',
    ]);
    expect(await stored(2)).toEqual([1, 2].map((i) => `sensor-1 ${i} ${CANARY}`));
    expect(relay.status(false).refused).toEqual({ 'not-its-batch': 2, 'bad-batch': 1 });
  });

  it('cannot make wrangle take what it forged with the keys it holds', async () => {
    await start();
    const forged = batches(sealerOf('sensor-1', relayKeyOf(keyOf('sensor-1'), 'sensor-1')), 1);

    await sink('sensor-1').put(forged, never);

    expect(await stored(1)).toEqual(['bad-signature']);
  });

  it.each([
    ['bad-hello', (): Uint8Array[] => [encodeFrame(FRAME.batch, new Uint8Array(9))]],
    ['bad-hello', (): Uint8Array[] => [encodeFrame(FRAME.hello, Buffer.from('GET / HTTP/1.1'))]],
    ['bad-version', (): Uint8Array[] => [encodeHello().fill(99, 9, 10)]],
    ['oversized-frame', (): Uint8Array[] => [Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
    ['bad-frame', (): Uint8Array[] => [encodeHello(), new Uint8Array(64)]],
    ['bad-frame', (): Uint8Array[] => [encodeHello(), encodeFrame(77)]],
    ['bad-frame', (): Uint8Array[] => [encodeHello(), encodeHello()]],
    [
      'bad-frame',
      (): Uint8Array[] => [encodeHello(), encodeFrame(FRAME.answers, Uint8Array.of(0))],
    ],
  ])(
    'says goodbye to a peer with a key that does not keep to the protocol: %s',
    async (reason, send) => {
      await start();

      const ended = await peer('sensor-1')
        .send(...send())
        .ended();

      expect(ended).toBe(reason);
      await refused(reason);
    },
  );

  it('says goodbye to who sends more than the window before it is answered', async () => {
    stream.away = true;
    await start({ limits: { window: { batches: 2, bytes: 4_000 } } });
    const large = batches(sealerOf('sensor-1'), 1, 2_000);

    const ended = await peer('sensor-1')
      .send(encodeHello(), encodeFrame(FRAME.batch, large[0]))
      .ended();

    expect(ended).toBe('window-exceeded');
  });

  it('answers frames that come twice as often as they come, and wrangle knows them', async () => {
    await start();
    const [record] = batches(sealerOf('sensor-1'), 1) as [Uint8Array];
    const twice = peer('sensor-1').send(
      encodeHello(),
      encodeFrame(FRAME.batch, record),
      encodeFrame(FRAME.batch, record),
    );

    await eventually(
      () => twice.answers,
      (answers) => answers.length === 2,
    );

    expect(twice.answers).toEqual(['accepted', 'accepted']);
    const all = await stored(1);
    expect(new Set(all)).toEqual(new Set([`sensor-1 1 ${CANARY}`]));
  });

  it('forgets half a frame whose connection ended', async () => {
    await start();
    const [record] = batches(sealerOf('sensor-1'), 1) as [Uint8Array];
    const half = peer('sensor-1').send(
      encodeHello(),
      encodeFrame(FRAME.batch, record).subarray(0, -1),
    );
    await eventually(
      () => half.frames.length,
      (frames) => frames > 0,
    );
    half.socket.destroy();

    await sink('sensor-1').put([record], never);

    expect(await stored(1)).toEqual([`sensor-1 1 ${CANARY}`]);
    expect(relay.status(false).batches).toBe(1);
  });

  it('ends connections that fall silent, in the middle of a frame too', async () => {
    const times = { ...QUICK.times, silenceMs: 300 };
    await start({ limits: { times } });
    const silent = peer('sensor-1').send(encodeHello());
    const half = peer('sensor-2').send(encodeHello(), Uint8Array.of(0, 0, 1));

    expect([await silent.ended(), await half.ended()]).toEqual(['silent', 'silent']);
  });

  it('waits for no slow handshakes, and lets others in meanwhile', async () => {
    await start({ limits: { handshakeMs: 1_000, handshakesOfAddress: 3 } });
    const slow: Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      closing.push(() => void socket.destroy());
      slow.push(socket);
    }

    await refused('too-many-handshakes', 2);
    await refused('slow-handshake', 3);
    const outcomes = await sink('sensor-1').put(batches(sealerOf('sensor-1'), 1), never);

    expect(outcomes).toEqual([{ ok: true }]);
  });

  it('turns away connections above its limits', async () => {
    await start({ limits: { connections: 3, connectionsOfProbe: 2 } });
    const hello = (probe: string): Peer => peer(probe).send(encodeHello());
    const greeted = async (of: Peer): Promise<number> =>
      eventually(
        () => of.frames.length,
        (frames) => frames > 0,
      );
    await greeted(hello('sensor-1'));
    await greeted(hello('sensor-1'));

    expect(await hello('sensor-1').ended()).toBe('too-many-of-probe');
    const last = hello('sensor-2');
    await greeted(last);
    expect(await hello('sensor-2').ended()).toBeUndefined();
    await refused('too-many-connections');
  });

  it('counts what is no TLS, or an older one', async () => {
    await start();
    const garbage = connect(port, '127.0.0.1', () => garbage.write('GET / HTTP/1.0\r\n\r\n'));
    garbage.on('error', () => {});
    const old = tlsConnect({
      port,
      host: '127.0.0.1',
      maxVersion: 'TLSv1.2',
      minVersion: 'TLSv1.2',
    });
    old.on('error', () => {});
    closing.push(() => {
      garbage.destroy();
      old.destroy();
    });

    await refused('bad-handshake', 2);
  });

  it('drops a probe whose key was withdrawn or changed, and lets it in no more', async () => {
    await start();
    const [first, second] = [sink('sensor-1'), sink('sensor-2')];
    const [one, two] = [sealerOf('sensor-1'), sealerOf('sensor-2')];
    await first.put(batches(one, 1), never);
    await second.put(batches(two, 1), never);

    keys.withdraw('sensor-1');
    keys.install('sensor-2', '', new Uint8Array(32).fill(1));
    await refused('key-withdrawn', 2);

    expect((await failureOf(first.put(batches(one, 1), never))).permanent).toBe(true);
    expect((await failureOf(second.put(batches(two, 1), never))).permanent).toBe(true);
    keys.install('sensor-1');
    await eventually(
      () => first.put(batches(one, 1), never).catch(() => []),
      (outcomes) => outcomes[0]?.ok === true,
    );
  });

  it('lets probes wait while its spool is full, says that it lives, and loses nothing', async () => {
    stream.away = true;
    const times = { ...QUICK.times, aliveMs: 50 };
    await start({ spoolBytes: 3_000, limits: { times } });
    const sealer = sealerOf('sensor-1');
    const waiting = peer('sensor-1').send(encodeHello());
    const records = batches(sealer, 200);
    for (const record of records) waiting.send(encodeFrame(FRAME.batch, record));
    await eventually(
      () => waiting.frames.filter(({ type }) => type === FRAME.alive).length,
      (alive) => alive > 3,
    );
    expect(relay.status(false).queuedBytes).toBeGreaterThanOrEqual(3_000);

    stream.away = false;

    const all = await stored(200);
    expect(all).toEqual(Array.from({ length: 200 }, (_, i) => `sensor-1 ${i + 1} ${CANARY}`));
    await eventually(
      () => waiting.answers.length,
      (answers) => answers === 200,
    );
  });

  it('answers all that it took before it stops', async () => {
    await start();
    const sealer = sealerOf('sensor-1');
    const taking = sink('sensor-1');
    await taking.put(batches(sealer, 5), never);

    await relay.stop(2_000);

    expect(stream.stored).toHaveLength(5);
    expect((await failureOf(taking.put(batches(sealer, 1), never))).permanent).toBe(false);
  });

  it('shows in traffic and memory nothing of what batches tell', async () => {
    stream.away = true;
    await start();
    const records = batches(sealerOf('sensor-1'), 5);

    await sink('sensor-1').put(records, never);

    for (const record of records) {
      expect(Buffer.from(record).includes('canary')).toBe(false);
      expect(openEnvelope(record).ok).toBe(true);
    }
  });
});

async function selfSigned(): Promise<{ certificate: string; privateKey: string }> {
  const { execFileSync } = await import('node:child_process');
  const { mkdtempSync, readFileSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = mkdtempSync(join(tmpdir(), 'skirmish-cert-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=127.0.0.1'],
    ],
    { stdio: 'ignore' },
  );
  const made = { certificate: readFileSync(cert, 'utf8'), privateKey: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}
