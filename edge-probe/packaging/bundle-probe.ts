import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { moduleNames } from '../module/load-module.ts';

/** Files that the bundle's programs begin with. */
const ENTRIES = {
  'skirmish-probe': '../main.ts',
  'live-child': '../capture/live-child.ts',
} as const;

const BINDING = 'pcap_binding.node';

/** libpcap's binding is machine code: it is loaded from beside the bundle. */
const bindingBeside: Plugin = {
  name: 'pcap-binding',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\/pcap_binding$/ }, () => ({ path: `./${BINDING}`, external: true }));
  },
};

/**
 * Bundles the probe for Node 20.19 and newer into `folder`: `skirmish-probe.mjs`, the capture child beside it, and
 * libpcap's binding as it was built on this machine; false when it was not.
 */
export async function bundleProbe(folder: string): Promise<boolean> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  await build({
    entryPoints: Object.entries(ENTRIES).map(([out, path]) => ({ in: here(path), out })),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // Packages that are not ES modules call require().
    banner: {
      js: "import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);",
    },
    define: { BUNDLED_MODULES: JSON.stringify(moduleNames()) },
    plugins: [bindingBeside],
    logLevel: 'error',
  });
  const binding = bindingPath();
  if (binding === undefined) return false;
  copyFileSync(binding, join(folder, BINDING));
  return true;
}

function bindingPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`pcap/build/Release/${BINDING}`);
  } catch {
    // The optional package is not installed: the bundle replays and simulates all the same.
    return undefined;
  }
}
