// Makes `npm start` and `npm test` work on a fresh clone: installs what is missing, then hands over.
// Plain JavaScript with no dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const stamp = join(root, 'node_modules', '.skirmish-install');
const isRoot = process.getuid?.() === 0;

checkNode();
installPackages();
if (command === 'test') {
  ensureChromium();
  ensureTestPrograms();
}
if (command === 'test') process.exit(test());
await start();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  stop(`Node ${process.versions.node} is too old: Skirmish needs 20.19 or newer.`);
}

/** Installs when the lock file differs from the one installed last. Not `npm ci`: that refuses a lock file that lacks
 * the optional binaries of other platforms, which a partial registry mirror cannot list. */
function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.versions.modules)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  ensureLibpcap();
  say('installing npm packages (first run, or the lock file changed)');
  if (run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    stop('npm install failed: see its message above. Check the network and run the command again.');
  }
  if (!canLoadPcap()) {
    say(
      'the npm package `pcap` could not be built: capture files and the demo work, live capture does not.',
    );
    say(
      'for live capture: install libpcap-dev, g++, make and python3, delete node_modules, run again.',
    );
  }
  writeFileSync(stamp, lock);
}

/** The npm package `pcap` compiles against libpcap's headers. */
function ensureLibpcap() {
  if (existsSync('/usr/include/pcap/pcap.h')) return;
  aptInstall(
    ['libpcap-dev', 'g++', 'make', 'python3'],
    'live capture needs libpcap: sudo apt-get install libpcap-dev g++ make python3',
  );
}

function ensureChromium() {
  if (process.env['CHROMIUM_PATH'] || existsSync('/usr/bin/chromium')) return;
  aptInstall(
    ['chromium'],
    'the page tests need Chromium: sudo apt-get install chromium, or set CHROMIUM_PATH',
  );
}

/** Tests that need these are skipped without them. */
function ensureTestPrograms() {
  const directories = (process.env['PATH'] ?? '').split(':');
  const missing = ['forkstat', 'traceroute'].filter(
    (name) => !directories.some((directory) => existsSync(join(directory, name))),
  );
  if (missing.length === 0) return;
  aptInstall(
    missing,
    `tests of processes and traces need ${missing.join(' and ')}, and are skipped: sudo apt-get install ${missing.join(' ')}`,
  );
}

function aptInstall(packages, instruction) {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) return say(instruction);
  say(`installing ${packages.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], env);
  if (run('apt-get', ['install', '-y', '-qq', ...packages], env) !== 0) say(instruction);
}

function canLoadPcap() {
  try {
    createRequire(join(root, 'package.json')).resolve('pcap/build/Release/pcap_binding.node');
    return true;
  } catch {
    return false;
  }
}

/** In this same process, so that Ctrl-C reaches the runtime and nothing above it exits first. */
async function start() {
  const { register } = await import('tsx/esm/api');
  register();
  process.argv.splice(2, 1);
  await import('./main.ts');
}

function test() {
  return run('npm', ['run', '--silent', 'check', '--', ...args]);
}

function run(program, programArgs, env = process.env) {
  return spawnSync(program, programArgs, { stdio: 'inherit', cwd: root, env }).status ?? 1;
}

function say(message) {
  process.stderr.write(`skirmish: ${message}\n`);
}

function stop(message) {
  say(message);
  process.exit(1);
}
