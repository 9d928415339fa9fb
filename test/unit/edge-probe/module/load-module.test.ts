import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadModule, moduleNames } from '../../../../edge-probe/module/load-module.ts';
import { keptRows } from '../../../support/kept-rows.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/edge-probe/modules', import.meta.url));
const from = {
  folder: FIXTURES,
  load: (name: string) => import(`../../../fixtures/edge-probe/modules/${name}/module.ts`),
};

describe('modules', () => {
  it('are the folders that hold a module', () => {
    expect(moduleNames()).toEqual(['process', 'trace']);
    expect(moduleNames(FIXTURES)).toEqual(['hello']);
  });

  it.each(['process', 'trace'])('are loaded by name: %s', async (name) => {
    expect((await loadModule(name)).name).toBe(name);
  });

  it('need a folder of their own and nothing else to run', async () => {
    const sink = keptRows();
    const notes: string[] = [];

    const hello = await loadModule('hello', from);
    await hello.start({ rows: sink, note: (message) => notes.push(message), options: 'loud' });
    await hello.stop();

    expect(sink.rows).toMatchObject([{ kind: 'name', text: 'hello' }]);
    expect(notes).toEqual(['options: loud']);
    expect(hello.counters()).toEqual({ rows: 1 });
  });

  it('that are not there are refused with the names of those that are', async () => {
    await expect(loadModule('../cli')).rejects.toThrow(
      'there is no module ../cli. There are: process, trace',
    );
  });
});
