import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeVersion } from '../cli/probe-version.ts';
import { bundleProbe } from './bundle-probe.ts';

/** What goes into the package as it is, and where it goes. */
const FILES: Readonly<Record<string, string>> = {
  'README.md': 'README.md',
  'probe.json': 'etc/probe.json',
  '../config/probe.schema.json': 'etc/probe.schema.json',
  'skirmish-probe.service': 'systemd/skirmish-probe.service',
};

/** Found through symbolic links, so that one in /usr/local/bin works. */
const PROGRAM = `#!/bin/sh
exec node "$(dirname "$(readlink -f "$0")")/../lib/skirmish-probe.mjs" "$@"
`;

/**
 * Puts a probe that runs with Node alone into `folder`, which is made anew: bin/, lib/, etc/, systemd/. False when
 * libpcap's binding is not built here, so that it can replay and simulate but not capture.
 */
export async function buildProbe(folder: string): Promise<boolean> {
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['bin', 'lib', 'etc', 'systemd']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const captures = await bundleProbe(join(folder, 'lib'));
  for (const [from, to] of Object.entries(FILES)) {
    copyFileSync(fileURLToPath(new URL(from, import.meta.url)), join(folder, to));
  }
  writeFileSync(join(folder, 'bin', 'skirmish-probe'), PROGRAM);
  chmodSync(join(folder, 'bin', 'skirmish-probe'), 0o755);
  const manifest = {
    name: 'skirmish-probe',
    version: probeVersion(),
    type: 'module',
    engines: { node: '>=20.19' },
    bin: { 'skirmish-probe': 'bin/skirmish-probe' },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return captures;
}
