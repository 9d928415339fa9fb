import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

/** A source file as the fence sees it. */
export interface Source {
  /** From the root, with `/`. */
  readonly path: string;
  /** Its text without comments. */
  readonly code: string;
  /** What it imports: paths from the root for relative ones, else the specifier. */
  readonly imports: readonly string[];
}

/** Folders that hold source. */
export const FOLDERS = [
  'core',
  'edge-probe',
  'lambdas',
  'web',
  'lib',
  'bin',
  'local',
  'bench',
  'test',
] as const;

const SKIPPED = new Set(['node_modules', 'dist', 'fixtures']);

/** Reads every TypeScript file of the folders under `root`; `suffix` is put after `.ts` in fixtures. */
export function readSources(root: string, suffix = ''): readonly Source[] {
  const ends = new RegExp(`\\.tsx?${suffix.replaceAll('.', '\\.')}$`);
  return FOLDERS.flatMap((folder) => filesUnder(join(root, folder)))
    .filter((path) => ends.test(path) && !path.endsWith(`.d.ts${suffix}`))
    .map((path) => {
      const name = relative(root, path)
        .split(sep)
        .join('/')
        .slice(0, -suffix.length || undefined);
      const code = withoutComments(readFileSync(path, 'utf8'));
      return { path: name, code, imports: importsOf(code).map((to) => resolved(name, to)) };
    });
}

function filesUnder(folder: string): readonly string[] {
  let entries: ReturnType<typeof listed>;
  try {
    entries = listed(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function listed(folder: string): readonly import('node:fs').Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

/** Strings stay: a `//` in a URL is no comment. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_, string: string | undefined) => string ?? '',
  );
}

function importsOf(code: string): readonly string[] {
  const statements = code.matchAll(
    /(?:^|[\n;])\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/g,
  );
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g);
  return [...statements, ...calls].map((match) => match[1] as string);
}

function resolved(from: string, to: string): string {
  return to.startsWith('.') ? posix.join(posix.dirname(from), to) : to;
}

/** A rule: what it says, and what in a file breaks it. */
interface Rule {
  readonly says: string;
  broken(file: Source): readonly string[];
}

const isLocalPath = (to: string): boolean => FOLDERS.some((folder) => to.startsWith(`${folder}/`));
const isPackage = (to: string, name: string): boolean => to === name || to.startsWith(`${name}/`);

/** Files of `folder` may import, of this repository, only what `allowed` matches. */
function reaches(folder: string, allowed: RegExp, says: string): Rule {
  return {
    says,
    broken: ({ path, imports }) =>
      path.startsWith(`${folder}/`)
        ? imports.filter((to) => isLocalPath(to) && !allowed.test(to))
        : [],
  };
}

/** Only files that `allowed` matches may import a package. */
function only(name: string, allowed: RegExp, says: string): Rule {
  return {
    says,
    broken: ({ path, imports }) =>
      allowed.test(path) ? [] : imports.filter((to) => isPackage(to, name)),
  };
}

/** Files that `where` matches may not use what `words` matches. */
function without(words: RegExp, where: (path: string) => boolean, says: string): Rule {
  return {
    says,
    broken: ({ path, code }) =>
      where(path) ? [...new Set(code.match(new RegExp(words, 'g')) ?? [])] : [],
  };
}

const AMBIENT =
  /\b(?:process|Buffer|document|navigator|localStorage|console|fetch|performance)\.|\b(?:Date\.now|new Date|setTimeout|setInterval|setImmediate|structuredClone|TextDecoderStream|WebSocket)\b/;
const CLOCKS = /\b(?:Date\.now|new Date|setTimeout|setInterval|setImmediate|performance\.now)\b/;

const PURE_PROBE = /^edge-probe\/(?:decode|flow|spool|simulate)\//;
const READS_ENVIRONMENT =
  /(?:^|\/)(?:handler|main)\.ts$|^(?:bin|bench|test)\/|^local\/(?:emulators|functions|start)\/|\.config\.ts$/;

/** Who may import whom, and where the outside world may be touched: design.md, style.md. */
export const RULES: readonly Rule[] = [
  reaches('core', /^core\//, 'core imports nothing but core'),
  {
    says: 'core imports no package and nothing of Node',
    broken: ({ path, imports }) =>
      path.startsWith('core/') ? imports.filter((to) => !isLocalPath(to)) : [],
  },
  reaches('edge-probe', /^(?:core|edge-probe)\//, 'edge-probe imports core only'),
  reaches('lambdas', /^(?:core|lambdas)\//, 'lambdas import core only'),
  reaches('web', /^(?:core|web)\//, 'web imports core only'),
  {
    says: 'the page imports nothing of Node and no SDK',
    broken: ({ path, imports }) =>
      path.startsWith('web/src/')
        ? imports.filter((to) => to.startsWith('node:') || to.startsWith('@aws-sdk/'))
        : [],
  },
  reaches(
    'lib',
    /^(?:lib\/|core\/limits\.ts$|lambdas\/[^/]+\/(?:env|compile)\.ts$)/,
    'lib imports core/limits and the functions’ env and compilers only',
  ),
  reaches('bin', /^(?:bin|lib|core)\//, 'bin imports lib and core only'),
  reaches(
    'local',
    /^(?:local|core|lambdas|edge-probe)\//,
    'local imports core, lambdas and edge-probe only',
  ),
  reaches('bench', /^(?!bin\/|test\/)/, 'bench imports neither bin nor test'),
  only('pcap', /^edge-probe\/capture\/live-child\.ts$/, 'one file imports pcap'),
  only('mapbox-gl', /^web\/src\/map\//, 'only web/src/map imports mapbox-gl'),
  only('maplibre-gl', /^web\/src\/map\//, 'only web/src/map imports maplibre-gl'),
  only('aws-cdk-lib', /^(?:lib|test\/infra)\//, 'only lib imports the CDK'),
  without(
    AMBIENT,
    (path) => path.startsWith('core/'),
    'core touches neither Node, nor the browser, nor a clock',
  ),
  without(
    CLOCKS,
    (path) => PURE_PROBE.test(path) || (/^lambdas\//.test(path) && !/\/handler\.ts$/.test(path)),
    'clocks and timers are handed in',
  ),
  without(
    /\bprocess\.env\b/,
    (path) => !READS_ENVIRONMENT.test(path),
    'the environment is read where a program starts',
  ),
];

/** Every broken rule: `path: what (rule)`, sorted. */
export function violations(
  files: readonly Source[],
  rules: readonly Rule[] = RULES,
): readonly string[] {
  return files
    .flatMap((file) =>
      rules.flatMap(({ says, broken }) =>
        broken(file).map((what) => `${file.path}: ${what} (${says})`),
      ),
    )
    .sort();
}
