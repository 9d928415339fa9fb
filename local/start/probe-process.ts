import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../edge-probe/cli/status.ts';
import { IDENTITIES } from '../iam/access.ts';
import type { LocalSensor } from './sensors.ts';

/** What a probe needs to ship. */
export interface ProbeSetting {
  readonly sensor: LocalSensor;
  readonly stream: string;
  readonly awsEndpoint: string;
  readonly region: string;
  readonly keyFile: string;
  readonly stateDir: string;
  readonly say: (line: string) => void;
}

/** A probe in a process of its own, in the same form as on a sensor host. */
export class ProbeProcess {
  readonly sensor: LocalSensor;
  /** The newest status line; undefined before the first. */
  status: Status | undefined;
  /** Exit code, when the process has ended. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;

  constructor(setting: ProbeSetting) {
    const { sensor } = setting;
    this.sensor = sensor;
    this.#child = fork(
      fileURLToPath(new URL('../../edge-probe/main.ts', import.meta.url)),
      [...argumentsOf(setting)],
      {
        execArgv: [
          ...['--import', fileURLToPath(new URL('./end-with-parent.mjs', import.meta.url))],
          ...['--import', import.meta.resolve('tsx')],
        ],
        // A group of its own: Ctrl-C reaches this process only, which then ends the probes in order.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: setting.awsEndpoint,
          AWS_REGION: setting.region,
          AWS_ACCESS_KEY_ID: IDENTITIES.probe,
          AWS_SECRET_ACCESS_KEY: 'local',
        },
      },
    );
    this.ended = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code ?? 1)));
    this.#follow(setting.say);
  }

  /** Asks the probe to flush and end, and waits; after `limitMs` it is killed. */
  async stop(limitMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), limitMs);
    await this.ended;
    clearTimeout(timer);
  }

  #follow(say: (line: string) => void): void {
    const { stdout, stderr } = this.#child;
    if (stdout !== null) {
      createInterface({ input: stdout }).on('line', (line) => {
        this.status = readStatus(line) ?? this.status;
      });
    }
    if (stderr !== null) {
      createInterface({ input: stderr }).on('line', (line) => {
        if (!line.startsWith('probe: stopping'))
          say(`${this.sensor.probe}: ${line.replace(/^probe: /, '')}`);
      });
    }
  }
}

function argumentsOf(setting: ProbeSetting): readonly string[] {
  const { sensor, stream, region, keyFile, stateDir } = setting;
  return [
    ...sensor.command,
    ...['--stream', stream, '--region', region, '--probe', sensor.probe, '--config', 'none'],
    ...['--key-file', keyFile, '--state-dir', stateDir, '--status', 'json', '--metrics', 'off'],
  ];
}

function readStatus(line: string): Status | undefined {
  try {
    return JSON.parse(line) as Status;
  } catch {
    // Something else than a status on stdout says nothing about one.
    return undefined;
  }
}
