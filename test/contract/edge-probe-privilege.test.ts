import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProbe } from '../../edge-probe/packaging/bundle-probe.ts';
import { JAIL_SCRIPT } from '../../edge-probe/privilege/jail-script.ts';
import { canJail, findProgram } from '../../edge-probe/privilege/rights.ts';
import { eventually } from '../support/eventually.ts';
import { captureObstacle } from '../support/live-capture.ts';

const NOBODY = 65_534;
const ONLY_NET_RAW = 1 << 13;
const LIMIT_MS = 45_000;

/** Why rights cannot be dropped here; undefined when they can. */
function obstacle(): string | undefined {
  const capture = captureObstacle();
  if (capture !== undefined) return capture;
  const unshare = findProgram('unshare');
  if (findProgram('setpriv') === undefined || unshare === undefined) return 'no util-linux';
  return canJail(unshare) ? undefined : 'no mount namespaces here';
}

const skipped = obstacle();

/** What the kernel says that a process may do (proc(5)). */
function rightsOf(pid: number): Record<string, number> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '?';
  const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'];
  return {
    uid: Number(field('Uid')),
    gid: Number(field('Gid')),
    noNewPrivileges: Number(field('NoNewPrivs')),
    ...Object.fromEntries(sets.map((set) => [set, Number.parseInt(field(set), 16)])),
  };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

function isProgram(pid: number, name: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .some((word) => word.endsWith(name));
}

describe.skipIf(skipped)(
  `a probe started as root${skipped ? ` (skipped: ${skipped})` : ''}`,
  () => {
    let folder: string;
    let probe: ChildProcess;
    let out = '';
    let err = '';
    let parent = 0;
    let capture = 0;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'privilege-'));
      // Like a home directory that nobody else may enter.
      chmodSync(folder, 0o700);
      await bundleProbe(join(folder, 'probe'));
      writeFileSync(join(folder, 'probe.key'), Buffer.alloc(32, 3).toString('base64url'), {
        mode: 0o600,
      });
      probe = spawn(
        process.execPath,
        [
          ...[join(folder, 'probe', 'skirmish-probe.mjs'), 'capture', '-i', 'lo', '-f', 'tcp'],
          ...['--stream', 's', '--endpoint', 'http://127.0.0.1:9', '--region', 'us-east-1'],
          ...['--probe', 'p', '--key-file', 'probe.key', '--state-dir', 'state/deep'],
          ...['--status', 'json', '--config', 'none', '--metrics', 'off'],
        ],
        {
          cwd: folder,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { PATH: process.env['PATH'], AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' },
        },
      );
      probe.stdout?.on('data', (text) => {
        out += text;
      });
      probe.stderr?.on('data', (text) => {
        err += text;
      });
      await eventually(
        () => `${out}${err}`,
        () => out.includes('"capturing":true'),
        LIMIT_MS,
      );
      const started = childrenOf(probe.pid as number);
      parent = started.find((pid) => isProgram(pid, 'skirmish-probe.mjs')) ?? 0;
      const [inside = 0] = started.filter((pid) => pid !== parent).flatMap(childrenOf);
      capture = inside;
    }, 2 * LIMIT_MS);

    afterAll(async () => {
      if (probe?.exitCode === null) {
        probe.kill('SIGKILL');
        await new Promise((resolve) => probe.once('exit', resolve));
      }
      rmSync(folder, { recursive: true, force: true });
    });

    it('meters and ships without any capability, as another user, without new privileges', () => {
      expect(rightsOf(parent)).toEqual({
        uid: NOBODY,
        gid: NOBODY,
        noNewPrivileges: 1,
        CapInh: 0,
        CapPrm: 0,
        CapEff: 0,
        CapBnd: 0,
        CapAmb: 0,
      });
    });

    it('captures with CAP_NET_RAW alone, in a process that has no environment and sees no other', () => {
      expect(isProgram(capture, 'live-child.mjs')).toBe(true);
      expect(rightsOf(capture)).toEqual({
        uid: NOBODY,
        gid: NOBODY,
        noNewPrivileges: 1,
        CapInh: ONLY_NET_RAW,
        CapPrm: ONLY_NET_RAW,
        CapEff: ONLY_NET_RAW,
        CapBnd: ONLY_NET_RAW,
        CapAmb: ONLY_NET_RAW,
      });
      expect(readFileSync(`/proc/${capture}/environ`, 'latin1')).not.toMatch(/AWS|PATH|HOME/);
      expect(readFileSync(`/proc/${capture}/status`, 'utf8')).toMatch(/^NSpid:\s+\d+\s+1$/m);
    });

    it('shows either only what it needs of the host', () => {
      const rootOf = (pid: number): string[] => readdirSync(`/proc/${pid}/root`).sort();

      expect(rootOf(capture)).not.toContain('etc');
      expect(rootOf(capture)).not.toContain('proc');
      for (const pid of [parent, capture]) {
        for (const hidden of ['root', 'home', 'var', 'run', 'boot']) {
          expect(rootOf(pid)).not.toContain(hidden);
        }
        expect(() => readFileSync(`/proc/${pid}/root/etc/passwd`)).toThrow(/ENOENT/);
        expect(() => writeFileSync(`/proc/${pid}/root/new`, '')).toThrow(/EROFS/);
      }
      expect(() => statSync(`/proc/${capture}/root${folder}/probe.key`)).toThrow(/ENOENT/);
      expect(statSync(`/proc/${parent}/root${folder}/probe.key`)).toMatchObject({ uid: NOBODY });
      expect(statSync(join(folder, 'probe.key'))).toMatchObject({ uid: 0 });
    });

    it('starts the capture again through the launcher, and sees packets', async () => {
      process.kill(capture, 'SIGKILL');
      await eventually(
        () => err,
        (text) => /capture of lo ended with .*: starting it again/.test(text),
        LIMIT_MS,
      );
      await eventually(
        () => out,
        (text) => /"capturing":true.*"restarts":1/.test(text.slice(-4_000)),
        LIMIT_MS,
      );
      const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      await eventually(
        () => {
          const { port } = server.address() as AddressInfo;
          connect(port, '127.0.0.1')
            .resume()
            .on('error', () => {});
          return out.slice(-4_000);
        },
        (text) => /"packets":[1-9]/.test(text),
        LIMIT_MS,
      );
      server.close();
    });

    it(
      'ends in order and leaves no process and no mount',
      async () => {
        probe.kill('SIGTERM');
        const code = await new Promise((resolve) => probe.once('exit', resolve));

        // The stream was never there: what could not be shipped is told, or kept in the spool.
        expect([0, 1]).toContain(code);
        expect(out.trim().split('\n').at(-1)).toContain('"final":true');
        expect(() => process.kill(parent, 0)).toThrow(/ESRCH/);
        expect(readFileSync('/proc/mounts', 'utf8')).not.toContain('/run/skirmish-probe');
      },
      LIMIT_MS,
    );
  },
);

describe.skipIf(skipped)('a probe started by a user who may capture, as systemd starts it', () => {
  it('keeps the right in the capture child and drops it in the probe', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'privilege-'));
    chmodSync(folder, 0o755);
    await bundleProbe(folder);
    const main = [join(folder, 'skirmish-probe.mjs'), 'capture', '-i', 'lo', '--dry-run'];
    const told = ['--status', 'json', '--config', 'none', '--metrics', 'off'];
    const net = '-all,+net_raw';
    const probe = spawn(
      'setpriv',
      [
        ...[`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs'],
        ...[`--inh-caps=${net}`, `--ambient-caps=${net}`, `--bounding-set=${net}`],
        ...[process.execPath, ...main, ...told],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'], HOME: '/tmp' } },
    );
    let out = '';
    probe.stdout?.on('data', (text) => {
      out += text;
    });
    try {
      await eventually(
        () => out,
        (text) => text.includes('"capturing":true'),
        LIMIT_MS,
      );
      const started = childrenOf(probe.pid as number);
      const capture = started.find((pid) => isProgram(pid, 'live-child.mjs')) ?? 0;
      const parent = started.find((pid) => isProgram(pid, 'skirmish-probe.mjs')) ?? 0;

      expect(rightsOf(capture)).toMatchObject({ uid: NOBODY, CapEff: ONLY_NET_RAW });
      expect(rightsOf(parent)).toMatchObject({ uid: NOBODY, CapEff: 0, CapPrm: 0, CapAmb: 0 });
    } finally {
      probe.kill('SIGTERM');
      await new Promise((resolve) => probe.once('exit', resolve));
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});

describe.skipIf(skipped)('a probe in its jail', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'privilege-'));
    chmodSync(folder, 0o755);
    await bundleProbe(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: string[]) {
    const main = [join(folder, 'skirmish-probe.mjs'), 'capture', '-i', 'lo', '--dry-run'];
    return spawnSync(process.execPath, [...main, '--config', 'none', '--metrics', 'off', ...args], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
  }

  it('says how far a filter can be read that is not one', () => {
    const { status, stderr } = run('-f', 'tcp porridge 22');

    expect(status).toBe(1);
    expect(stderr).toContain("It can be read up to 'tcp', not on from 'porridge 22'.");
  });

  it('leaves directories to whom they belong that are not for recordings alone', () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, 'letters'), { recursive: true });
    const { uid } = statSync(home);

    const { status, stderr } = spawnSync(
      process.execPath,
      [
        ...[join(folder, 'skirmish-probe.mjs'), 'record', home, '-i', 'lo', '--rotate', '10s'],
        ...['--dry-run', '--config', 'none', '--metrics', 'off'],
      ],
      { encoding: 'utf8', timeout: LIMIT_MS },
    );

    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/home is not for recordings alone.*name a directory below it/),
    ]);
    expect(statSync(home).uid).toBe(uid);
  });

  it('owns no more of the state directory than its part', async () => {
    const state = join(folder, 'states');
    mkdirSync(join(state, 'other'), { recursive: true });
    mkdirSync(join(state, 'p'));
    writeFileSync(join(state, 'p', 'left'), 'by root');

    run('--state-dir', state, '--probe', 'p', '-f', 'tcp porridge 22');

    const owners = ['', 'other', 'p', 'p/left'].map((name) => statSync(join(state, name)).uid);
    expect(owners).toEqual([0, 0, NOBODY, NOBODY]);
  });

  it('has the modules that there are', () => {
    const { status, stderr } = run('--module', 'nothing');

    expect(status).toBe(1);
    expect(stderr).toMatch(/there is no module nothing. There are: .*process/);
  });
});

describe.skipIf(skipped)('a probe and its launcher', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'privilege-'));
    chmodSync(folder, 0o755);
    await bundleProbe(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A running capture, the processes that its launcher has started, and all it says until the last of them has ended. */
  async function begin() {
    const main = [join(folder, 'skirmish-probe.mjs'), 'capture', '-i', 'lo', '--dry-run'];
    const rest = ['--status', 'json', '--config', 'none', '--metrics', 'off'];
    const launcher = spawn(process.execPath, [...main, ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.on('data', (text) => {
        said += text;
      });
    }
    const closed = new Promise((resolve) => launcher.once('close', resolve));
    await eventually(
      () => said,
      (text) => text.includes('"capturing":true'),
      LIMIT_MS,
    );
    const started = childrenOf(launcher.pid as number);
    const probe = started.find((pid) => isProgram(pid, 'skirmish-probe.mjs')) as number;
    return { launcher, probe, started, ended: async () => closed.then(() => said) };
  }

  it('ends in order when all its processes are told to at once', async () => {
    const { launcher, probe, started, ended } = await begin();

    process.kill(probe, 'SIGTERM');
    launcher.kill('SIGTERM');

    expect(await ended()).toContain('"final":true');
    expect(launcher.exitCode).toBe(0);
    for (const pid of started) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  it('ends in order when the launcher is killed, and leaves nothing behind', async () => {
    const { launcher, started, ended } = await begin();

    launcher.kill('SIGKILL');

    const said = await ended();
    expect(said).toContain('"final":true');
    expect(said).not.toContain('Error');
    for (const pid of started) {
      await eventually(
        () => existsSync(`/proc/${pid}`),
        (there) => !there,
        LIMIT_MS,
      );
    }
    expect(readdirSync('/run/skirmish-probe')).toEqual([]);
  });

  it('ends at once when it is told to a second time', async () => {
    const { launcher, probe, ended } = await begin();
    process.kill(probe, 'SIGSTOP');

    launcher.kill('SIGTERM');
    launcher.kill('SIGINT');

    expect(await ended()).toContain('stopped at once');
    expect(launcher.exitCode).toBe(1);
  });
});

describe.skipIf(skipped)('JAIL_SCRIPT', () => {
  it('refuses what it does not know', () => {
    const root = mkdtempSync(join(tmpdir(), 'jail-'));

    const { status, stderr } = spawnSync(
      'unshare',
      ['--mount', '--', 'sh', '-c', JAIL_SCRIPT, 'jail', root, '0:0', 'suid', '/bin', '--', 'id'],
      { encoding: 'utf8' },
    );
    rmSync(root, { recursive: true });

    expect([status, stderr.trim()]).toEqual([1, 'jail: suid /bin']);
  });
});
