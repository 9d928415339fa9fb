import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProbeModule } from './module.ts';

/** Set in a bundle, which has no folders to read. */
declare const BUNDLED_MODULES: readonly string[];

const HERE = fileURLToPath(new URL('.', import.meta.url));
const NAME = /^[a-z][a-z0-9-]*$/;

interface ModuleFile {
  readonly createModule?: () => ProbeModule;
}

/** Modules of a folder: the folders in it that hold a module.ts. */
export function moduleNames(folder: string = HERE): string[] {
  if (folder === HERE && typeof BUNDLED_MODULES !== 'undefined') return [...BUNDLED_MODULES];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .filter((name) => NAME.test(name) && existsSync(join(folder, name, 'module.ts')))
    .sort();
}

/** The module of a name; rejects with an error that lists those there are. */
export async function loadModule(
  name: string,
  from: { readonly folder: string; readonly load: (name: string) => Promise<unknown> } = {
    folder: HERE,
    load: (known) => import(`./${known}/module.ts`),
  },
): Promise<ProbeModule> {
  const names = moduleNames(from.folder);
  if (!names.includes(name)) {
    throw new Error(`there is no module ${name}. There are: ${names.join(', ')}`);
  }
  const { createModule } = (await from.load(name)) as ModuleFile;
  if (createModule === undefined) {
    throw new Error(`module/${name}/module.ts exports no createModule`);
  }
  return createModule();
}
