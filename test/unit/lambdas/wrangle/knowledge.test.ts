import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MARK } from '../../../../core/event/table.ts';
import { parseAddress } from '../../../../core/redact/address.ts';
import { compileAsn } from '../../../../lambdas/geo/compile.ts';
import type { FetchList } from '../../../../lambdas/intelligence/fetch-list.ts';
import type { ListSource } from '../../../../lambdas/intelligence/list-source.ts';
import { Knowledge } from '../../../../lambdas/wrangle/knowledge.ts';
import type { End } from '../../../../lambdas/wrangle/locate.ts';
import { type MmdbValue, mmdbOf } from '../../../support/mmdb-builder.ts';
import { NOW } from '../batches.ts';
import { sensor } from '../fakes.ts';

const JUNE = Date.UTC(2026, 5, 5);
const JULY = Date.UTC(2026, 6, 5);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skirmish-knowledge-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function city(name: string, traits: Readonly<Record<string, MmdbValue>> = {}): MmdbValue {
  return {
    city: { names: { en: name } },
    country: { iso_code: 'JP' },
    location: { latitude: 34.5, longitude: 135.5, accuracy_radius: 20 },
    traits,
  };
}

function listOf(more: Partial<ListSource>): ListSource {
  return {
    ...{ name: 'bad', public: false, file: '', url: '', format: 'plain', column: '' },
    confidence: 0,
    ...more,
  };
}

/** Knowledge of a folder's files, looked at by a clock that the test moves. */
class Machine {
  readonly errors: string[] = [];
  readonly knowledge: Knowledge;
  now = NOW;
  readonly #sensor = sensor();

  constructor(
    more: {
      lists?: readonly ListSource[];
      fetch?: FetchList;
      asn?: string;
      listBytes?: number;
    } = {},
  ) {
    const { lists = [], asn } = more;
    const geo = { root: folder, v4: 'city.mmdb', v6: 'city.mmdb' };
    this.knowledge = new Knowledge(
      { geo: asn === undefined ? geo : { ...geo, asn }, networks: [], lists },
      {
        root: folder,
        fetch: more.fetch ?? (() => Promise.reject(new Error('nothing is fetched here'))),
        wait: () => new Promise((resolve) => setImmediate(resolve)),
        dayOf: (ms) => new Date(ms).toISOString().slice(0, 10),
        now: () => this.now,
        ...(more.listBytes === undefined ? {} : { listBytes: more.listBytes }),
        onError: (error) => this.errors.push((error as Error).message),
      },
    );
  }

  /** Looks again after 30 s. */
  async later(seconds = 30): Promise<Readonly<Record<string, number>>> {
    this.now += seconds * 1000;
    return this.knowledge.refresh();
  }

  locate(text: string): End {
    const address = parseAddress(text);
    if (address === undefined) throw new Error(text);
    return this.knowledge.locator.locate(address, this.#sensor);
  }

  databases(): Readonly<Record<string, string>> {
    return this.knowledge.locator.databases();
  }
}

/** As a careful operator does it: never half a file at its place. */
async function put(name: string, bytes: Uint8Array | string): Promise<void> {
  await writeFile(join(folder, `${name}.new`), bytes);
  await rename(join(folder, `${name}.new`), join(folder, name));
}

describe('Knowledge of places', () => {
  const june = mmdbOf({ '9.9.0.0/16': city('Osaka') }, { builtAt: JUNE });
  const july = mmdbOf({ '9.9.0.0/16': city('Kobe') }, { builtAt: JULY });

  it('takes over a database that was replaced, and its date', async () => {
    await put('city.mmdb', june);
    const machine = new Machine();
    await machine.knowledge.refresh();
    expect(machine.locate('9.9.9.9').place).toMatchObject({ city: 'Osaka', accuracyKm: 20 });
    expect(machine.databases()).toEqual({ 'city-ipv4': '2026-06-05', 'city-ipv6': '2026-06-05' });

    await put('city.mmdb', july);
    expect(machine.locate('9.9.9.9').place.city).toBe('Osaka');
    expect(await machine.later()).toEqual({ 'databases-replaced': 1 });

    expect(machine.locate('9.9.9.9').place.city).toBe('Kobe');
    expect(machine.databases()['city-ipv4']).toBe('2026-07-05');
  });

  it('looks no more often than every 30 s', async () => {
    await put('city.mmdb', june);
    const machine = new Machine();
    await machine.knowledge.refresh();
    await put('city.mmdb', july);

    expect(await machine.later(29)).toEqual({});
    expect(machine.locate('9.9.9.9').place.city).toBe('Osaka');
    expect(await machine.later(1)).toEqual({ 'databases-replaced': 1 });
  });

  it.each([
    ['cut off', (): Promise<void> => put('city.mmdb', july.subarray(0, july.length - 40))],
    ['deleted', (): Promise<void> => rm(join(folder, 'city.mmdb'))],
    ['something else', (): Promise<void> => put('city.mmdb', 'a page that says: try later')],
  ])(
    'keeps the old database when the new one is %s: counted each time, told once',
    async (...[, spoil]) => {
      await put('city.mmdb', june);
      const machine = new Machine();
      await machine.knowledge.refresh();
      const known = machine.locate('9.9.9.9');

      await spoil();
      const counts = [await machine.later(), await machine.later(), await machine.later()];

      expect(counts).toEqual(Array.from({ length: 3 }, () => ({ 'databases-broken': 1 })));
      expect(machine.errors).toHaveLength(1);
      expect(machine.errors[0]).toContain(join(folder, 'city.mmdb'));
      expect(machine.locate('9.9.9.9')).toBe(known);
      expect(machine.databases()['city-ipv4']).toBe('2026-06-05');

      await put('city.mmdb', july);
      expect(await machine.later()).toEqual({ 'databases-replaced': 1 });
      expect(machine.locate('9.9.9.9').place.city).toBe('Kobe');
    },
  );

  it('goes without a database that was never there until it comes', async () => {
    const machine = new Machine();
    expect(await machine.knowledge.refresh()).toEqual({ 'databases-broken': 1 });
    expect(machine.locate('9.9.9.9')).toMatchObject({ unlocated: true, place: { how: 'unknown' } });

    await put('city.mmdb', june);
    await machine.later();

    expect(machine.locate('9.9.9.9')).toMatchObject({ unlocated: false, place: { city: 'Osaka' } });
  });
});

describe('Knowledge of systems', () => {
  const table = compileAsn({
    v4: '151587072,151587327,64500,Nine Ltd\n184549376,184549631,14593,Satellites',
    v6: '',
    date: 20_260_617,
  });

  it('tells who announces an address, from the compiled table', async () => {
    await put('city.mmdb', mmdbOf({ '9.9.9.0/24': city('Osaka') }));
    await put('asn.table', table);
    const machine = new Machine({ asn: 'asn.table' });
    await machine.knowledge.refresh();

    expect(machine.locate('9.9.9.9').system).toEqual({ asn: 64_500, organisation: 'Nine Ltd' });
    expect(machine.locate('9.9.9.8').system).toBe(machine.locate('9.9.9.9').system);
    expect(machine.locate('9.9.8.9').system).toEqual({ asn: 0, organisation: '' });
    expect(machine.locate('11.0.0.1').marks).toBe(MARK.satellite);
    expect(machine.databases()).toMatchObject({ asn: '2026-06-17' });
  });

  it('tells it from a GeoLite2 ASN database as well', async () => {
    const row = { autonomous_system_number: 64_501, autonomous_system_organization: 'Ten Ltd' };
    await put('city.mmdb', mmdbOf({ '9.9.9.0/24': city('Osaka') }));
    await put('asn.mmdb', mmdbOf({ '9.9.9.0/24': row }, { builtAt: JULY }));
    const machine = new Machine({ asn: 'asn.mmdb' });
    await machine.knowledge.refresh();

    expect(machine.locate('9.9.9.9').system).toEqual({ asn: 64_501, organisation: 'Ten Ltd' });
    expect(machine.locate('9.9.8.9').system.asn).toBe(0);
    expect(machine.databases()).toMatchObject({ asn: '2026-07-05' });
  });

  it('keeps the old table when the new one is damaged', async () => {
    await put('city.mmdb', mmdbOf({ '9.9.9.0/24': city('Osaka') }));
    await put('asn.table', table);
    const machine = new Machine({ asn: 'asn.table' });
    await machine.knowledge.refresh();

    const damaged = table.slice();
    damaged.fill(0xff, 40, 44);
    await put('asn.table', damaged);

    expect(await machine.later()).toEqual({ 'databases-broken': 1 });
    expect(machine.locate('9.9.9.9').system.asn).toBe(64_500);
    expect(machine.errors[0]).toContain('asn.table');
  });

  it('marks what the database of places says of an address', async () => {
    const rows = {
      '9.9.9.0/24': city('Osaka', { is_anycast: true, user_type: 'hosting' }),
      '9.9.8.0/24': city('Kobe', { connection_type: 'Satellite' }),
      '9.9.7.0/24': city('Nara'),
    };
    await put('city.mmdb', mmdbOf(rows));
    const machine = new Machine();
    await machine.knowledge.refresh();

    expect(machine.locate('9.9.9.9').marks).toBe(MARK.anycast | MARK.hosting);
    expect(machine.locate('9.9.8.9').marks).toBe(MARK.satellite);
    expect(machine.locate('9.9.7.9').marks).toBe(0);
  });
});

describe('Knowledge of lists', () => {
  const url = 'https://lists.example.com/bad.txt';

  /** Answers in turn; the last again and again. */
  function answering(...answers: readonly (string | Error | 'unchanged')[]): {
    readonly fetch: FetchList;
    readonly asked: string[];
  } {
    const asked: string[] = [];
    const fetch: FetchList = async (_, { etag }) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] as string | Error;
      asked.push(etag);
      if (answer instanceof Error) throw answer;
      if (answer === 'unchanged') return 'unchanged';
      return { text: answer, etag: `"${asked.length}"`, modified: '' };
    };
    return { fetch, asked };
  }

  it('marks addresses on a list that is fetched, and asks hourly for a newer one', async () => {
    const server = answering('9.9.9.9\n# none\n10.0.0.1', 'unchanged', '9.9.9.8');
    const machine = new Machine({ lists: [listOf({ url })], fetch: server.fetch });

    const counts = await machine.knowledge.refresh();

    expect(counts).toMatchObject({ 'lists-replaced': 1, 'list-entries-refused': 1 });
    expect(machine.errors.join()).toContain('line 3: "10.0.0.1" is private');
    expect(machine.locate('9.9.9.9').listed).toBe('bad');
    expect(machine.databases()).toMatchObject({ 'list:bad': '2026-11-21' });

    await machine.later(3_599);
    expect(server.asked).toEqual(['']);
    await machine.later(30);
    expect(machine.locate('9.9.9.9').listed).toBe('bad');
    await machine.later(3_600);

    expect(server.asked).toEqual(['', '"1"', '"1"']);
    expect(machine.locate('9.9.9.9').listed).toBe('');
    expect(machine.locate('9.9.9.8').listed).toBe('bad');
  });

  it('says of a list in use whether the public may know its name', async () => {
    const lists = [listOf({ url }), listOf({ name: 'drop', url, public: true })];
    const machine = new Machine({ lists, fetch: answering('9.9.9.9').fetch });

    await machine.knowledge.refresh();

    expect(machine.locate('9.9.9.9').listed).toBe('bad, drop');
    expect(machine.databases()).toEqual({
      'list:bad': '2026-11-21',
      'public-list:drop': '2026-11-21',
    });
  });

  it('keeps the old list when the new one cannot be had or has nothing of use, and tries again sooner', async () => {
    const server = answering('9.9.9.9', new Error('the server answers 503'), '<html>', '9.9.9.8');
    const machine = new Machine({ lists: [listOf({ url })], fetch: server.fetch });
    await machine.knowledge.refresh();

    expect(await machine.later(3_600)).toMatchObject({ 'lists-broken': 1 });
    expect(machine.locate('9.9.9.9').listed).toBe('bad');
    expect(await machine.later(300)).toMatchObject({ 'lists-broken': 1 });
    expect(machine.locate('9.9.9.9').listed).toBe('bad');
    expect(machine.errors.filter((error) => error.includes('the old one stays'))).toHaveLength(2);
    await machine.later(300);

    expect(machine.locate('9.9.9.9').listed).toBe('');
    expect(machine.locate('9.9.9.8').listed).toBe('bad');
  });

  it('keeps the old list when reading the new one goes wrong in a way that nobody thought of', async () => {
    const strange = { split: null } as unknown as string;
    const server = answering('9.9.9.9', strange, '9.9.9.8');
    const machine = new Machine({ lists: [listOf({ url })], fetch: server.fetch });
    await machine.knowledge.refresh();

    expect(await machine.later(3_600)).toMatchObject({ 'lists-broken': 1 });
    expect(machine.locate('9.9.9.9').listed).toBe('bad');
    await machine.later(300);

    expect(machine.locate('9.9.9.8').listed).toBe('bad');
  });

  it('keeps the old list when the new one has no room beside the others', async () => {
    const [many, more] = [0, 1].map((part) =>
      Array.from({ length: 70_000 }, (_, i) => `2a00:${part}:${i.toString(16)}::1`)
        .filter((text) => !/:[0-9a-f]{5}:/.test(text))
        .join('\n'),
    );
    const lists = [listOf({ url }), listOf({ name: 'more', url: `${url}?more` })];
    const fetch: FetchList = async (asked, { etag }) => ({
      text: etag === '' ? '9.9.9.9' : ((asked === url ? many : more) as string),
      etag: '"1"',
      modified: '',
    });
    // One list of so many networks of IPv6 takes 2.6 MB.
    const machine = new Machine({ lists, fetch, listBytes: 3_000_000 });
    await machine.knowledge.refresh();

    expect(await machine.later(3_600)).toMatchObject({ 'lists-replaced': 1, 'lists-broken': 1 });

    expect(machine.errors.join()).toMatch(/"more".*\(too-large: .*old one stays/);
    expect(machine.locate('2a00:0:1::1').listed).toBe('bad');
    expect(machine.locate('2a00:1:1::1').listed).toBe('');
    expect(machine.locate('9.9.9.9').listed).toBe('more');
  });

  it('does not wait for a list that takes its time', async () => {
    let answer: (text: string) => void = () => {};
    const fetch: FetchList = () =>
      new Promise((resolve) => {
        answer = (text) => resolve({ text, etag: '', modified: '' });
      });
    const machine = new Machine({ lists: [listOf({ url })], fetch });

    await machine.knowledge.refresh();
    expect(machine.locate('9.9.9.9').listed).toBe('');
    answer('9.9.9.0/24');
    await machine.later(1);

    expect(machine.locate('9.9.9.9').listed).toBe('bad');
  });

  it('counts an indicator while its time lasts', async () => {
    const bundle = JSON.stringify({
      type: 'bundle',
      objects: [
        {
          type: 'indicator',
          pattern: "[ipv4-addr:value = '9.9.9.9']",
          pattern_type: 'stix',
          valid_from: new Date(NOW + 60_000).toISOString(),
          valid_until: new Date(NOW + 120_000).toISOString(),
        },
      ],
    });
    const server = answering(bundle);
    const machine = new Machine({
      lists: [listOf({ url, format: 'stix' })],
      fetch: server.fetch,
    });
    const listed: string[] = [];

    await machine.knowledge.refresh();
    for (let i = 0; i < 5; i++) {
      listed.push(machine.locate('9.9.9.9').listed);
      await machine.later();
    }

    expect(listed).toEqual(['', '', 'bad', 'bad', '']);
  });
});
