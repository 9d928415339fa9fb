import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { emptyTotals, foldTotals, totalsHash } from '../../core/fold/totals.ts';
import { type BrowserOptions, openPage, type Watched, waitUntil } from '../support/browser.ts';
import { buildSite } from '../support/viewer/build-site.ts';
import { FakeServer } from '../support/viewer/fake-server.ts';
import { Traffic } from '../support/viewer/traffic.ts';

const DESKTOP: BrowserOptions = { width: 1440, height: 900, scheme: 'dark' };
const PHONE: BrowserOptions = { width: 390, height: 844, scheme: 'light' };

interface Counters {
  readonly received: number;
  readonly drawn: number;
  readonly folded: number;
  readonly filtered: number;
  readonly waiting: number;
  readonly missed: number;
  readonly recovered: number;
  readonly totalsHash: string;
  readonly cursor: Readonly<Record<string, number>>;
  readonly line: string;
  readonly problems: Readonly<Record<string, number>>;
}

let site: string;
let server: FakeServer;
let traffic: Traffic;
let opened: Watched[];
let folded = emptyTotals();

const append = (rows: number, options: { readonly frame?: boolean } = {}): void => {
  const rendering = traffic.segment(rows, Date.now());
  server.append(rendering, Date.now(), options);
  folded = foldTotals(folded, rendering, server.shard, server.head).totals;
};
const open = async (options: BrowserOptions): Promise<Watched> => {
  const watched = await openPage(server.url, options);
  opened.push(watched);
  return watched;
};
const counters = async ({ page }: Watched): Promise<Counters> =>
  (await page.evaluate('window.skirmish.counters()')) as Counters;
const until = ({ page }: Watched, expression: string): Promise<void> =>
  waitUntil(page, `window.skirmish && (${expression})`);
const reached = (watched: Watched): Promise<void> =>
  until(watched, `window.skirmish.counters().cursor['${server.shard}'] === ${server.head}`);
const expectClean = ({ errors, violations, foreign }: Watched): void =>
  expect({ errors, violations, foreign }).toEqual({ errors: [], violations: [], foreign: [] });

beforeAll(async () => {
  site = await buildSite();
});
afterAll(() => rm(site, { recursive: true, force: true }));
beforeEach(async () => {
  traffic = new Traffic({ seed: 11, provenance: PROVENANCE.synthetic });
  folded = emptyTotals();
  opened = [];
  server = new FakeServer(site);
  await server.start();
});
afterEach(async () => {
  for (const watched of opened) await watched.close();
  await server.stop();
});

describe('the page in Chromium, under its content security policy', () => {
  test.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ])('draws arcs and counts every row on a %s, asking nobody else', async (_name, options) => {
    for (let i = 0; i < 5; i++) append(20);
    const watched = await open(options);
    await reached(watched);
    await watched.page.waitForSelector('.credits span');
    append(30);
    await reached(watched);
    await until(watched, 'window.skirmish.drawn() > 0 && window.skirmish.counters().waiting === 0');

    const { received, drawn, folded: foldedRows, filtered } = await counters(watched);
    const width = await watched.page.evaluate('document.documentElement.scrollWidth');
    expect(received).toBe(130);
    expect(drawn + foldedRows + filtered).toBe(received);
    expect(width).toBe(options.width);
    expect(await watched.page.locator('.badge').textContent()).toBe('Synthetic');
    expect(await watched.page.locator('.credits').textContent()).toContain('MapLibre GL');
    expect(await watched.page.locator('.feed-rows .feed-row').count()).toBeGreaterThan(3);
    expectClean(watched);
  });

  test('ends at the server’s fold after lost frames, a cut line and nonsense on the wire', async () => {
    append(10);
    const watched = await open(DESKTOP);
    await reached(watched);
    await until(watched, "window.skirmish.counters().line === 'live'");
    for (const text of ['not json', '{"type":"frame"}', '[]']) server.say(text);
    append(10, { frame: false });
    append(10);
    await reached(watched);
    server.cut();
    append(10);
    append(10);
    await reached(watched);

    const state = await counters(watched);
    expect(state.totalsHash).toBe(totalsHash(folded));
    expect(state).toMatchObject({ missed: 0, recovered: 3 });
    expect(state.problems).toEqual({ 'bad-json': 1, 'bad-message': 2 });
    expectClean(watched);
  });

  test('fetches what came between its history and its line, without waiting for a frame', async () => {
    append(10);
    let take: () => void = () => {};
    server.held = new Promise((resolve) => {
      take = resolve;
    });
    const watched = await open(DESKTOP);
    await reached(watched);
    append(10);
    take();
    await reached(watched);

    expect(await counters(watched)).toMatchObject({ received: 20, missed: 0, recovered: 1 });
    expectClean(watched);
  });

  test('keeps text from the wire text', async () => {
    const rendering = traffic.segment(1, Date.now());
    const label = '<img src=x onerror=alert(1)>';
    const endpoints = rendering.table.endpoints.map((end) => ({ ...end, label }));
    server.append({ ...rendering, table: { ...rendering.table, endpoints } }, Date.now());
    const watched = await open(DESKTOP);
    await reached(watched);
    await watched.page.waitForSelector('.feed-rows .feed-row');

    expect(await watched.page.locator('.feed-rows img').count()).toBe(0);
    expect(await watched.page.locator('.feed-rows .source').first().textContent()).toContain(label);
    expectClean(watched);
  });

  test('shows only what its filter lets through, says how much, and keeps it in the address', async () => {
    for (let i = 0; i < 4; i++) append(40);
    const watched = await open(DESKTOP);
    await reached(watched);
    const { page } = watched;

    await page.keyboard.press('/');
    await page.keyboard.type('class:ss');
    await page.waitForSelector('.filter-list [role=option]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await until(watched, "window.skirmish.counters().filter === 'class:ssh'");
    await reached(watched);
    append(40);
    await reached(watched);
    await until(watched, 'window.skirmish.drawn() > 0 && window.skirmish.counters().waiting === 0');

    const state = (await counters(watched)) as Counters & { events: number; filteredOut: number };
    expect(state.events + state.filteredOut).toBe(200);
    expect(state.drawn + state.folded + state.filtered).toBe(state.received);
    const services = await page.evaluate('window.skirmish.rows(99).map((row) => row.service)');
    expect(new Set(services as string[])).toEqual(new Set(['ssh']));
    expect(new URL(page.url()).searchParams.get('filter')).toBe('class:ssh');
    expect(await page.locator('.filter-count').textContent()).toContain('of 200 shown');

    await page.locator('.filter input').fill('class:ssh contry:CN');
    await page.keyboard.press('Enter');
    expect(await page.locator('.filter-fault').textContent()).toContain('Character 11');
    await page.keyboard.press('Escape');
    await until(watched, "window.skirmish.counters().filter === ''");
    await reached(watched);
    await until(watched, 'window.skirmish.counters().events === 200');
    expect(page.url()).not.toContain('filter');
    expectClean(watched);
  });

  test('opens with the filter of its address', async () => {
    for (let i = 0; i < 3; i++) append(40);
    const watched = await openPage(`${server.url}/?filter=class:ssh`, PHONE);
    opened.push(watched);
    await reached(watched);

    const state = (await counters(watched)) as Counters & { events: number; filteredOut: number };
    expect(state).toMatchObject({ filter: 'class:ssh', received: 120 });
    expect(state.events + state.filteredOut).toBe(120);
    expect(await watched.page.locator('.filter').isVisible()).toBe(false);
    await watched.page.locator('.filter-button.on').click();
    expect(await watched.page.locator('.filter input').inputValue()).toBe('class:ssh');
    expect(await watched.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    expectClean(watched);
  });

  test('explains an empty map', async () => {
    const watched = await open(DESKTOP);

    await watched.page.waitForSelector('.stage-silent');

    expect(await watched.page.locator('.empty').textContent()).toContain(
      'No sensor has reported yet',
    );
    expectClean(watched);
  });

  test('says so without WebGL, and keeps counters and feed', async () => {
    append(20);
    const watched = await open({ ...DESKTOP, webgl: false });
    await reached(watched);
    await watched.page.waitForSelector('.feed-rows .feed-row');

    expect(await watched.page.locator('.trouble').textContent()).toContain('WebGL2');
    await until(watched, 'window.skirmish.counters().waiting === 0');
    expect(await counters(watched)).toMatchObject({ received: 20, drawn: 0 });
    expectClean(watched);
  });

  test('folds its panels away with m and hides a class from the legend', async () => {
    append(20);
    const watched = await open({ ...DESKTOP, reducedMotion: true });
    await reached(watched);
    await watched.page.locator('.legend-toggle').first().click();
    expect(await watched.page.locator('.legend-row.muted').count()).toBe(1);

    await watched.page.keyboard.press('m');
    expect(await watched.page.locator('.top-line').isVisible()).toBe(false);
    expect(await watched.page.locator('.credits').isVisible()).toBe(true);
    await watched.page.keyboard.press('Escape');
    expect(await watched.page.locator('.top-line').isVisible()).toBe(true);
    expectClean(watched);
  });
});
