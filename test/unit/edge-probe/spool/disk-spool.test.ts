import { describe, expect, it } from 'vitest';
import type { SealedBatch } from '../../../../edge-probe/spool/spool.ts';
import { seededRandom } from '../../../support/random.ts';
import { identityOf, SpoolMachine } from '../../../support/spool/spool-machine.ts';

function makeMachine(
  options: ConstructorParameters<typeof SpoolMachine>[1] = {},
  seed = 1,
): SpoolMachine {
  return new SpoolMachine(seededRandom(seed), options);
}

function sequences(batches: readonly SealedBatch[]): number[] {
  return batches.map(({ sequence }) => sequence);
}

describe('DiskSpool', () => {
  it('accepts a batch when it is synced, and gives it out only then', async () => {
    const machine = makeMachine();
    await machine.rest();
    machine.append();
    const early = await machine.spool.take({ records: 9, bytes: 9_000 });
    while (machine.accepted.size === 0 && machine.disk.waiting > 0) await machine.steps(1);

    expect(early).toEqual([]);
    expect(machine.accepted.size).toBe(1);
    expect(machine.spool.volatileEvents).toBe(0);
    expect(sequences(await machine.ship(1))).toEqual([1]);
  });

  it('lets what is appended during a sync share the next one', async () => {
    const machine = makeMachine();
    await machine.rest();
    let syncs = 0;
    machine.disk.onCall = (kind) => {
      if (kind === 'sync') syncs++;
    };
    machine.append();
    await machine.steps(2);
    for (let i = 0; i < 50; i++) machine.append();
    while (machine.accepted.size < 51) await machine.steps(1);

    expect(syncs).toBeLessThanOrEqual(3);
  });

  it('sends batches of earlier boots under their own identities, the oldest first', async () => {
    const machine = makeMachine();
    for (let i = 0; i < 5; i++) machine.append();
    await machine.rest();
    machine.crash();
    machine.append();
    await machine.rest();

    const sent = (await machine.shipAll()).map(identityOf);

    expect(sent.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((n) => `p/0000000000000001/${n}`));
    expect(sent.at(-1)).toBe('p/0000000000000002/1');
    expect(machine.spool.counters).toMatchObject({ recoveredBatches: 5, uncleanEnds: 1 });
  });

  it('holds a batch of one identity once, however often it is appended', async () => {
    const machine = makeMachine();
    const batch = machine.append();
    machine.spool.append(batch);
    await machine.rest();

    expect(sequences(await machine.shipAll())).toEqual([1]);
    expect(machine.spool.counters.duplicates).toBe(1);
  });

  it('deletes files once everything in them is acknowledged, and does not send it again', async () => {
    const machine = makeMachine({ limitBytes: 20_000 });
    for (let i = 0; i < 10; i++) machine.append(1_000);
    await machine.shipAll();
    machine.crash();
    await machine.rest();

    expect(machine.spool.length).toBe(0);
    expect(machine.disk.names.filter((name) => name.endsWith('.seg')).length).toBeLessThanOrEqual(
      1,
    );
  });

  it('drops whole files, the oldest first, when it is over its limit, and tells their sequences', async () => {
    const machine = makeMachine({ limitBytes: 16_000 });
    for (let i = 0; i < 40; i++) {
      machine.append(1_000);
      await machine.rest();
    }
    const dropped = machine.dropped.size;

    const sent = await machine.shipAll();

    expect(dropped).toBeGreaterThan(20);
    expect([...machine.dropped.values()]).toEqual(Array(dropped).fill('spool-full'));
    expect(sent.filter(({ events }) => events === 0).length).toBe(dropped);
    expect(sequences(sent).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    expect(machine.lost()).toEqual([]);
  });

  it('takes in more than its limit under `wait` and lets the source wait for room', async () => {
    const machine = makeMachine({ limitBytes: 5_000, whenFull: 'wait' });
    for (let i = 0; i < 10; i++) machine.append(1_000);
    await machine.rest();
    let room = false;
    void machine.spool.room().then(() => {
      room = true;
    });

    expect(machine.spool.full).toBe(true);
    expect(room).toBe(false);
    await machine.shipAll();
    expect(room).toBe(true);
    expect(machine.dropped.size).toBe(0);
  });

  it('drops what has waited too long, by a clock that does not jump', async () => {
    const machine = makeMachine({ maxAgeMs: 60_000 });
    machine.append();
    await machine.rest();
    machine.clock.wallOffsetMs += 365 * 86_400_000;
    machine.append();
    await machine.rest();
    const afterJump = machine.dropped.size;

    machine.clock.pass(60_000);
    machine.append();
    await machine.rest();

    expect(afterJump).toBe(0);
    expect([...machine.dropped]).toEqual([
      ['p/0000000000000001/1', 'spool-too-old'],
      ['p/0000000000000001/2', 'spool-too-old'],
    ]);
  });

  it.each(['ENOSPC', 'EIO', 'EROFS', 'EMFILE'])(
    'goes on from memory within its limit while the disk says %s, says so once and recovers',
    async (code) => {
      const machine = makeMachine({ memoryBytes: 5_000 });
      await machine.rest();
      machine.disk.failing.set('all', code);
      for (let i = 0; i < 4; i++) machine.append(1_000);
      await machine.steps(5);
      machine.clock.pass(1_000);
      await machine.steps(5);
      const sent = await machine.ship(1);
      for (let i = 0; i < 10; i++) machine.append(1_000);
      await machine.rest();
      const reason = code === 'ENOSPC' ? 'disk-full' : 'disk-error';

      machine.disk.failing.clear();
      await machine.rest();

      expect(sequences(sent)).toEqual([1, 2, 3, 4]);
      expect([...machine.dropped.values()]).toEqual(Array(5).fill(reason));
      expect(machine.notes.filter((note) => note.includes(`batches (${code})`)).length).toBe(1);
      expect(machine.notes.at(-1)).toBe('spool: the disk takes batches again');
      expect(machine.spool.volatileEvents).toBe(0);
      expect(machine.lost().length).toBe(5);
    },
  );

  it('keeps batches on the disk while they cannot be read for want of descriptors', async () => {
    const machine = makeMachine();
    machine.append();
    await machine.rest();
    machine.crash();
    await machine.rest();
    machine.disk.failing.set('open', 'EMFILE');
    const none = await machine.ship(1);
    machine.disk.failing.clear();

    expect(none).toEqual([]);
    expect(sequences(await machine.shipAll())).toEqual([1]);
  });

  it('counts a batch whose bytes have changed on the disk as damaged, and tells its sequence', async () => {
    const machine = makeMachine();
    for (let i = 0; i < 3; i++) machine.append(200);
    await machine.rest();
    machine.crash();
    await machine.rest();
    const [name = ''] = machine.disk.names.filter((known) => known.endsWith('.seg'));
    const bytes = machine.disk.bytesOf(name);
    if (bytes) bytes[400] = (bytes[400] ?? 0) ^ 1;

    const sent = await machine.shipAll();

    expect([...machine.dropped]).toEqual([['p/0000000000000001/2', 'spool-damaged']]);
    expect(sent.map(({ sequence, events }) => [sequence, events])).toEqual([
      [1, 3],
      [3, 3],
      [2, 0],
    ]);
  });
});

describe('a spool on a folder of rubbish', () => {
  it('starts, sets aside what it cannot read, and sends what is whole', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const machine = new SpoolMachine(random, { limitBytes: 8_000 });
      for (let i = 0; i < 6; i++) machine.append(300);
      await machine.rest();
      for (const name of machine.disk.names) {
        const bytes = Buffer.from(machine.disk.bytesOf(name) ?? []);
        for (let i = 0; i < 3 && bytes.length > 0; i++) {
          bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
        }
        if (random() < 0.6) machine.disk.plant(name, bytes);
        if (random() < 0.1) machine.disk.plant(name, bytes.subarray(0, random() * bytes.length));
      }
      machine.disk.plant('0000000099.seg', Buffer.from('dear diary'));
      machine.disk.plant('ledger.new', Buffer.from('{'));
      machine.disk.plant('holiday.jpg', Buffer.alloc(2_000, 7));
      machine.disk.crash(random);
      machine.clock.reset();
      machine.start();

      const last = machine.append();
      await machine.shipAll();

      expect(machine.invented, `seed ${seed}`).toEqual([]);
      expect(machine.stored.has(identityOf(last)), `seed ${seed}`).toBe(true);
      expect(machine.notes.join(), `seed ${seed}`).toContain('damaged-0000000099.seg');
      expect(machine.disk.names).toContain('holiday.jpg');
    }
  });
});
