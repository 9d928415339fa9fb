import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The account that the emulator works for: the access key is its number. */
export const EMULATED_ACCOUNT = '000000000000';
/** Region of everything that is deployed. */
export const EMULATED_REGION = 'us-east-1';

const READY_WITHIN_MS = 60_000;

/** An AWS emulator of its own for one run. */
export class Ministack {
  readonly port: number;
  readonly endpoint: string;
  readonly logFile: string;
  readonly #process: ChildProcess;

  private constructor(port: number, logFile: string, process: ChildProcess) {
    this.port = port;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.logFile = logFile;
    this.#process = process;
  }

  /** Installs what is missing, starts the emulator on a free port and waits until it answers. */
  static async start(root: string, folder: string): Promise<Ministack> {
    const python = installed(root);
    const port = await freePort();
    const logFile = join(folder, 'ministack.log');
    const log = openSync(logFile, 'a');
    mkdirSync(join(folder, 'tmp'));
    const child = spawn(python, ['-m', 'ministack'], {
      cwd: folder,
      stdio: ['ignore', log, log],
      // A group of its own, because it starts workers.
      detached: true,
      env: {
        ...cleanEnvironment(),
        ...emulatedCredentials(`http://127.0.0.1:${port}`),
        GATEWAY_PORT: String(port),
        BIND_HOST: '127.0.0.1',
        MINISTACK_REGION: EMULATED_REGION,
        TMPDIR: join(folder, 'tmp'),
        S3_DATA_DIR: join(folder, 's3'),
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
      },
    });
    const emulator = new Ministack(port, logFile, child);
    await emulator.#untilReady();
    return emulator;
  }

  /** Environment of programs that are to see the emulator as AWS, and never a real account. */
  environment(): NodeJS.ProcessEnv {
    return { ...cleanEnvironment(), ...emulatedCredentials(this.endpoint) };
  }

  /** Ends the emulator and everything it started. */
  async stop(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (!signalGroup(this.#process, signal)) return;
      for (let waits = 0; waits < 20; waits++) {
        await sleep(100);
        if (!signalGroup(this.#process, 0)) return;
      }
    }
  }

  async #untilReady(): Promise<void> {
    const until = Date.now() + READY_WITHIN_MS;
    while (Date.now() < until) {
      if (this.#process.exitCode !== null) break;
      const answered = await fetch(`${this.endpoint}/_ministack/health`).catch(() => undefined);
      if (answered?.ok) return;
      await sleep(200);
    }
    await this.stop();
    throw new Error(
      `ministack did not come up on port ${this.port}:\n${readFileSync(this.logFile, 'utf8')}`,
    );
  }
}

/** Python of a virtual environment that has exactly the packages of requirements.txt. */
function installed(root: string): string {
  const requirements = join(root, 'test/deploy/requirements.txt');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const folder = join(root, '.venv');
  const stamp = join(folder, 'skirmish-requirements');
  const python = join(folder, 'bin/python');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log('installing ministack into .venv');
  rmSync(folder, { recursive: true, force: true });
  must('python3', ['-m', 'venv', folder], 'apt-get install python3-venv');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  must(python, [...pip, '-r', requirements], 'check the network and run it again');
  writeFileSync(stamp, wanted);
  return python;
}

function must(program: string, args: readonly string[], remedy: string): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status === 0) return;
  throw new Error(
    `${program} ${args.join(' ')} failed (${error?.message ?? `exit code ${status}`}): ${remedy}.`,
  );
}

/** This process's environment without anything that could lead to a real account. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('AWS_') && !name.startsWith('CDK_') && name !== 'NODE_OPTIONS',
  );
  return Object.fromEntries(entries);
}

function emulatedCredentials(endpoint: string): NodeJS.ProcessEnv {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: EMULATED_ACCOUNT,
    AWS_SECRET_ACCESS_KEY: 'emulated',
    AWS_REGION: EMULATED_REGION,
    AWS_DEFAULT_REGION: EMULATED_REGION,
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    // No process of the group is left.
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
