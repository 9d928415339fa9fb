import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One thing that is put into a jail; see JAIL_SCRIPT. */
export type JailEntry = readonly [
  kind: 'ro' | 'rw' | 'dir' | 'own' | 'copy' | 'tmp' | 'proc',
  path: string,
];

/** What the probe needs besides its program. */
export interface JailNeeds {
  /** Directories it writes to. */
  readonly writes: readonly string[];
  /** Those that are the probe's alone, so that all in them becomes its own. */
  readonly owns: readonly string[];
  /** Files that only it may read: keys, credentials, its configuration. */
  readonly secrets: readonly string[];
  /** Everything that runs on the host is visible: modules need it. */
  readonly allProcesses: boolean;
  /** Where relative paths begin. */
  readonly workingDirectory: string;
}

/** How names are looked up, and the time zone. */
const NAMES = ['resolv.conf', 'hosts', 'nsswitch.conf', 'gai.conf', 'services', 'localtime'];
/** What says which interfaces there are. */
const INTERFACES = ['/sys/class/net', '/sys/devices'];
/** Comes first: other entries may lie in it. From source, tsx keeps there what it has compiled. */
const TEMPORARY: JailEntry = ['tmp', '/tmp'];
const DEVICES = ['/dev/null', '/dev/urandom'];

/** What is in the jail of the probe that meters and ships. */
export function probeJail(programs: readonly string[], needs: JailNeeds): readonly JailEntry[] {
  const { writes, owns, secrets, allProcesses, workingDirectory } = needs;
  return [
    TEMPORARY,
    ...readOnly([
      ...programs.flatMap(withLibraries),
      ...bindingLibraries(),
      ...programFiles(),
      ...NAMES.map((name) => `/etc/${name}`),
      ...INTERFACES,
      ...DEVICES,
    ]),
    ['dir', workingDirectory],
    allProcesses ? ['ro', '/proc'] : ['proc', '/proc'],
    ...owns.map((path): JailEntry => ['own', path]),
    ...writes.map((path): JailEntry => ['rw', path]),
    ...secrets.filter(existsSync).map((path): JailEntry => ['copy', path]),
  ];
}

/** What is in the jail of a capture child: no names, no secrets, nothing to write to. */
export function captureJail(programs: readonly string[]): readonly JailEntry[] {
  return [
    TEMPORARY,
    ...readOnly([
      ...programs.flatMap(withLibraries),
      ...bindingLibraries(),
      ...programFiles(),
      ...INTERFACES,
      ...DEVICES,
    ]),
  ];
}

function readOnly(paths: readonly string[]): JailEntry[] {
  return [...new Set(paths)].filter(existsSync).map((path) => ['ro', path]);
}

/** The probe's own program: its bundle, or its source and the packages it runs from. */
function programFiles(): readonly string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  if (!import.meta.url.endsWith('.ts')) return [here];
  const root = join(here, '..', '..');
  const source = ['core', 'edge-probe', 'node_modules', 'package.json'];
  return [...source, 'tsconfig.json', 'tsconfig.base.json'].map((name) => join(root, name));
}

/** libpcap, which the probe itself needs to try its filter. */
function bindingLibraries(): readonly string[] {
  const binding = bindingPath();
  return binding === undefined ? [] : withLibraries(binding);
}

function bindingPath(): string | undefined {
  const bundled = fileURLToPath(new URL('./pcap_binding.node', import.meta.url));
  if (existsSync(bundled)) return bundled;
  try {
    return createRequire(import.meta.url).resolve('pcap/build/Release/pcap_binding.node');
  } catch {
    // It is not built: the capture child says so.
    return undefined;
  }
}

/** A program and the libraries that it is linked with, as ldd(1) tells them. */
function withLibraries(program: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  const libraries = (stdout ?? '').split('\n').flatMap((line) => {
    const path = /(?:=>\s+)?(\/\S+)\s+\(0x/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
  return [program, ...libraries];
}
