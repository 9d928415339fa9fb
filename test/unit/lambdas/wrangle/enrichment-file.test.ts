import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Enrichment, readEnrichment } from '../../../../lambdas/wrangle/enrichment-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skirmish-enrichment-file-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string): Promise<Enrichment> {
  await writeFile(join(folder, 'enrichment.json'), text);
  return readEnrichment(folder, 'enrichment.json');
}

describe('readEnrichment', () => {
  it('fills in what is not told', async () => {
    const network = { cidr: '10.0.0.0/8', label: 'Ours', lat: 1, lon: 2 };
    const list = { name: 'bad', url: 'https://lists.example.com/bad' };

    expect(await read(JSON.stringify({ networks: [network], lists: [list] }))).toEqual({
      networks: [{ ...network, site: '', country: '', city: '' }],
      lists: [{ ...list, file: '', format: 'plain', column: '', confidence: 0, public: false }],
    });
    expect(readEnrichment(folder, '')).toEqual({ networks: [], lists: [] });
  });

  it.each([
    // Without its networks the public would be told of them.
    ['{}', /enrichment\.json has no networks/],
    ['[]', /enrichment\.json has no networks/],
    ['{"networks":[]}', /enrichment\.json has no networks and lists/],
    ['{', /enrichment\.json cannot be read as JSON/],
    ['{"networks":{},"lists":[]}', /not a list/],
    [
      '{"networks":[{"cidr":"10.0.0.0/8","label":"x","lat":91,"lon":0}],"lists":[]}',
      /Entry 0 of the network/,
    ],
    ['{"networks":[],"lists":7}', /not a list/],
    ['{"networks":[],"lists":[{"name":"both","file":"a","url":"https://b"}]}', /list 0 is not/],
    ['{"networks":[],"lists":[{"name":"neither"}]}', /list 0 is not/],
    ['{"networks":[],"lists":[{"name":"x","file":"a","format":"xml"}]}', /list 0 is not/],
    ['{"networks":[],"lists":[{"name":"x","file":"a","public":"yes"}]}', /list 0 is not/],
  ])('says what is wrong with %s', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it('names a file that is missing', () => {
    expect(() => readEnrichment(folder, 'none.json')).toThrow(/none\.json cannot be read/);
  });
});
