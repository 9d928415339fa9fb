import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EventRow } from '../../core/event/row.ts';
import type { StatusAnswer } from '../../core/frame/status.ts';
import type { TestHook } from '../../web/src/model/test-hook.ts';
import { openPage, waitUntil } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { MapReader } from '../support/reader.ts';
import { ROOT, SkirmishProcess } from '../support/skirmish-process.ts';

const CAPTURES = join(ROOT, '../shared/pcaps');
const FILES = ['default__1kxun.pcap', 'default__alexa-app.pcapng', 'default__netflix.pcap'].map(
  (name) => join(CAPTURES, name),
);
const hasCaptures = FILES.every((file) => existsSync(file));
if (!hasCaptures) console.log('skipped: conservation on real captures (they are not beside it)');

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe.skipIf(!hasCaptures)('npm start -- --pcap', () => {
  it('stores and shows exactly the events the probe accepted', async () => {
    const run = start(temporaryFolder(), FILES, ['--speed', 'max']);
    const { reader, operatorUrl } = await opened(run);
    const accepted = await finished(run, reader);

    const rows = await reader.rows();
    expect(rows.length).toBe(accepted);
    expect(await reader.rolledUpRows()).toBe(accepted);
    expect(accepted).toBeGreaterThan(500);
    const shown = await foldedInPage(operatorUrl, accepted);
    expect(shown).toMatchObject({ events: accepted, withheld: 0, missed: 0, problems: {} });
    expect(shown.received).toBe(shown.drawn + shown.folded + shown.filtered + shown.waiting);
    expect(await run.interrupt()).toBe(0);
  }, 180_000);

  it('changes nothing when it is killed in the middle and started again at another speed', async () => {
    const whole = start(temporaryFolder(), FILES, ['--speed', '60']);
    const { reader: wholeReader } = await opened(whole);
    const accepted = await finished(whole, wholeReader);
    const expected = fingerprint(await wholeReader.rows());
    await whole.interrupt();

    const folder = temporaryFolder();
    const cut = start(folder, FILES, ['--speed', '60']);
    const { reader: cutReader } = await opened(cut);
    await stored(cutReader, ({ segments }) => segments >= 2);
    await cut.cut();
    const again = start(folder, FILES, ['--speed', 'max']);
    const { reader } = await opened(again);
    expect(await finished(again, reader)).toBe(accepted);

    const rows = await reader.rows();
    expect(rows.length).toBe(accepted);
    expect(fingerprint(rows)).toEqual(expected);
    await again.interrupt();
  }, 240_000);
});

function start(folder: string, files: readonly string[], more: string[] = []): SkirmishProcess {
  const flags = files.flatMap((file) => ['--pcap', file]);
  const run = new SkirmishProcess([...flags, '--port', '0', '--data-dir', folder, ...more]);
  cleanups.push(() => run.cut());
  return run;
}

async function opened(run: SkirmishProcess): Promise<{ reader: MapReader; operatorUrl: string }> {
  const [, url = ''] = await run.line(/Map: (http\S+)/);
  const [, operatorUrl = '', token = ''] = await run.line(/Operator: (http\S+#operator=(\S+))/);
  return { reader: new MapReader(url, token), operatorUrl };
}

/** Waits until as many events are stored as the probe accepted; resolves with their number. */
async function finished(run: SkirmishProcess, reader: MapReader): Promise<number> {
  const [, events = ''] = await run.line(/replay finished: ([\d,]+) events/, 120_000);
  const accepted = Number(events.replaceAll(',', ''));
  await stored(reader, ({ events }) => events >= accepted);
  return accepted;
}

function stored(
  reader: MapReader,
  enough: (totals: StatusAnswer['totals']) => boolean,
): Promise<StatusAnswer> {
  return eventually(
    () => reader.status(),
    ({ totals }) => enough(totals),
    60_000,
  );
}

async function foldedInPage(
  url: string,
  atLeast: number,
): Promise<ReturnType<TestHook['counters']>> {
  const { page, close } = await openPage(url, { width: 1440, height: 900, scheme: 'dark' });
  cleanups.push(close);
  await waitUntil(page, `window.skirmish?.counters().events >= ${atLeast}`);
  await waitUntil(page, 'window.skirmish.counters().waiting === 0');
  return page.evaluate('window.skirmish.counters()');
}

/** Rows as a sorted list of what does not depend on which run made them. */
function fingerprint(rows: readonly EventRow[]): string[] {
  return rows
    .map(({ tag, ...row }) => JSON.stringify([tag.site, row]))
    .sort((a, b) => (a < b ? -1 : 1));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skirmish-e2e-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
