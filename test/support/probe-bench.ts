import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeKinesis } from './kinesis/fake-kinesis.ts';
import { ProbeRun } from './probe-run.ts';
import { seededRandom } from './random.ts';

/** The sensor's key on a bench. */
export const KEY = Buffer.alloc(32, 9);
const NONE = ['--config', 'none', '--metrics', 'off', '--status', 'json'];

/** A stream, and a folder for the probes that ship to it. */
export class ProbeBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'skirmish-bench-'));
  readonly stream = new FakeKinesis();
  readonly random: () => number;
  readonly #runs: ProbeRun[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  async open(): Promise<this> {
    await this.stream.start();
    writeFileSync(this.#keyFile, KEY.toString('base64url'), { mode: 0o600 });
    return this;
  }

  /** Runs a probe's command with all that it needs to ship. */
  start(...command: readonly string[]): ProbeRun {
    const shipping = ['--stream', 's', '--endpoint', this.stream.endpoint, '--probe', 'p'];
    const state = ['--key-file', this.#keyFile, '--state-dir', join(this.folder, 'state')];
    const run = new ProbeRun([...command, ...shipping, ...state, ...NONE]);
    this.#runs.push(run);
    return run;
  }

  /** Records are refused, and connections cut, now and then. */
  disturb(): void {
    this.stream.random = this.random;
    this.stream.refusing = 0.1;
    this.stream.fault = () => (this.random() < 0.1 ? 'reset' : 'none');
  }

  calm(): void {
    this.stream.refusing = 0;
    this.stream.fault = () => 'none';
  }

  async close(): Promise<void> {
    for (const run of this.#runs) await run.kill();
    await this.stream.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #keyFile(): string {
    return join(this.folder, 'probe.key');
  }
}
