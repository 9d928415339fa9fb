import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../template/json.ts';
import { fingerprint } from './fingerprint.ts';
import { StartError } from './start-error.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = '.skirmish';
const CONFIG = 'skirmish.config.json';
const PAGE_SOURCES = ['web', 'core', 'package-lock.json', 'tsconfig.base.json'];
const APP_SOURCES = [
  'bin/app.ts',
  'lib',
  'lambdas',
  'core',
  'cdk.json',
  'package-lock.json',
  CONFIG,
];
/** Assemblies kept: the present one, and one to go back to. */
const KEPT = 2;

/** Says what is being done. */
export type Say = (line: string) => void;

/** How to build. */
export interface BuildSetting {
  readonly say: Say;
  /** False: what was built last is used, even if sources have changed. */
  readonly allowed: boolean;
  /** Ends programs that are still building. */
  readonly stop: AbortSignal;
}

/** Builds the page and synthesizes the app where sources have changed; gives the folder of the assembly. */
export async function build(setting: BuildSetting): Promise<string> {
  const { say, allowed, stop } = setting;
  const page = fingerprint(ROOT, PAGE_SOURCES);
  const mark = join(ROOT, CACHE, 'page');
  const built = join(ROOT, 'web/dist/index.html');
  const current = existsSync(built) && existsSync(mark) && readFileSync(mark, 'utf8') === page;
  if (!current && (allowed || !existsSync(built))) {
    await timed('The page is built', say, () =>
      run('npm', ['run', '--silent', 'build:web'], { stop }),
    );
    mkdirSync(join(ROOT, CACHE), { recursive: true });
    writeFileSync(mark, page);
  }
  return synthesize(setting);
}

async function synthesize({ say, allowed, stop }: BuildSetting): Promise<string> {
  const folder = join(ROOT, CACHE, 'assemblies');
  mkdirSync(folder, { recursive: true });
  const digest = `${fingerprint(ROOT, APP_SOURCES)}-${fingerprint(join(ROOT, 'web'), ['dist/index.html', 'dist/assets'])}-${enrichmentStamp()}`;
  const assembly = join(folder, digest);
  if (existsSync(join(assembly, 'manifest.json'))) return assembly;
  const newest = newestOf(folder)[0];
  if (!allowed && newest !== undefined) return join(folder, newest);
  const draft = `${assembly}.${process.pid}`;
  await timed('The app is synthesized', say, () =>
    run(process.execPath, ['--import', import.meta.resolve('tsx'), 'bin/app.ts'], {
      // The CDK's checks take longer than all the rest of a synthesis; tests and deploys run them.
      env: { CDK_OUTDIR: draft, CDK_VALIDATION: 'false' },
      stop,
    }),
  );
  rmSync(assembly, { recursive: true, force: true });
  renameSync(draft, assembly);
  for (const old of newestOf(folder).slice(KEPT)) rmSync(join(folder, old), { recursive: true });
  return assembly;
}

/** Databases, network tables and lists of one's own are not sources, but wrangle's bundle holds them. */
function enrichmentStamp(): string {
  const path = join(ROOT, CONFIG);
  if (!existsSync(path)) return 'dbip';
  const stamps = filesOf(JSON.parse(readFileSync(path, 'utf8'))).map((file) => {
    const stat = statSync(join(ROOT, file), { throwIfNoEntry: false });
    return `${stat?.size}.${stat?.mtimeMs}`;
  });
  if (stamps.length === 0) return 'dbip';
  return createHash('sha256').update(stamps.join()).digest('hex').slice(0, 16);
}

/** Files that a configuration names, whatever else may be wrong with it. */
function filesOf(config: unknown): string[] {
  if (!isObject(config)) return [];
  const { geo, asn, networks, intelligence } = config;
  const named = [geo, asn, ...(Array.isArray(intelligence) ? intelligence : [])];
  const files = named.flatMap((one) =>
    isObject(one) ? [one['ipv4'], one['ipv6'], one['file']] : [],
  );
  return [...files, networks].filter((file) => typeof file === 'string');
}

function newestOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) =>
    existsSync(join(folder, name, 'manifest.json')),
  );
  const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
  return names.sort((a, b) => age(b) - age(a));
}

async function timed(what: string, say: Say, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await work();
  say(`${what} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
}

/** Runs a program and shows what it said only when it fails. */
function run(
  program: string,
  args: readonly string[],
  how: { readonly env?: Readonly<Record<string, string>>; readonly stop: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...how.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: how.stop,
    });
    let said = '';
    const keep = (chunk: Buffer): void => {
      said = (said + chunk.toString()).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(new StartError(`${program} ${args.join(' ')} failed with code ${code}:\n${said}`));
    });
  });
}
