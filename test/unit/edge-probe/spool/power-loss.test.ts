import { describe, expect, it } from 'vitest';
import type { DiskSpoolOptions } from '../../../../edge-probe/spool/disk-spool-options.ts';
import { seededRandom } from '../../../support/random.ts';
import { SpoolMachine } from '../../../support/spool/spool-machine.ts';

/** More with POWER_LOSSES=100000. */
const SEQUENCES = Number(process.env['POWER_LOSSES'] ?? 20_000);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);

const FAULTS = ['ENOSPC', 'EIO', 'EROFS', 'EMFILE'];
const CALLS = ['write', 'sync', 'create', 'syncFolder', 'rename', 'open', 'all'];

function optionsOf(random: () => number): Partial<DiskSpoolOptions> {
  const small = random() < 0.3;
  return {
    limitBytes: small ? 12_000 : 1e6,
    memoryBytes: random() < 0.3 ? 4_000 : 1e6,
    whenFull: random() < 0.3 ? 'wait' : 'drop-oldest',
    maxAgeMs: random() < 0.2 ? 20_000 : Number.POSITIVE_INFINITY,
  };
}

/** One thing that happens, chosen at random. */
async function happen(machine: SpoolMachine, random: () => number): Promise<void> {
  const pick = random();
  if (pick < 0.35) machine.append();
  else if (pick < 0.72) await machine.steps(1 + Math.floor(random() * 4));
  else if (pick < 0.85) await machine.ship(random() < 0.5 ? 1 : random());
  else if (pick < 0.91) machine.clock.pass(random() * 4_000);
  else if (pick < 0.96) machine.crash();
  else if (pick < 0.98) machine.disk.failing.clear();
  else
    machine.disk.failing.set(
      CALLS[Math.floor(random() * 7)] ?? '',
      FAULTS[Math.floor(random() * 4)] ?? '',
    );
}

/** What is wrong after a random life with crashes; undefined when nothing is. */
async function live(seed: number): Promise<string | undefined> {
  const random = seededRandom(seed);
  const machine = new SpoolMachine(random, optionsOf(random));
  const length = 5 + Math.floor(random() * 30);
  for (let i = 0; i < length; i++) await happen(machine, random);
  machine.disk.failing.clear();
  machine.crash();
  await machine.rest();
  const last = machine.append();
  await machine.shipAll();
  const lost = machine.lost();
  if (lost.length > 0) return `seed ${seed}: lost ${lost}`;
  if (machine.invented.length > 0) return `seed ${seed}: invented ${machine.invented}`;
  if (!machine.stored.has(`p/${last.boot}/1`)) return `seed ${seed}: takes nothing any more`;
  return undefined;
}

describe('a spool that loses power', () => {
  it(`holds what it accepted and starts again, ${SEQUENCES} times over`, async () => {
    const wrong: string[] = [];

    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES && wrong.length < 5; seed++) {
      const said = await live(seed).catch((error: unknown) => `seed ${seed}: ${error}`);
      if (said !== undefined) wrong.push(said);
    }

    expect(wrong).toEqual([]);
  }, 300_000);
});
