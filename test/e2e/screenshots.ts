import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPage, waitUntil } from '../support/browser.ts';

const SIZES = [
  { name: 'desktop', width: 1440, height: 900, scale: 1 },
  { name: 'phone', width: 390, height: 844, scale: 2 },
] as const;
const USAGE = `Usage: npm run screenshots -- URL [DIRECTORY]
Opens a running map and writes map-{dark,light}-{desktop,phone}.png into DIRECTORY (default docs/images).`;

/** Pictures of a running map in both themes and sizes; the map must have traffic. */
async function main(url: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const scheme of ['dark', 'light'] as const)
    for (const { name, ...size } of SIZES) {
      const { page, close } = await openPage(url, { ...size, scheme });
      await waitUntil(page, 'window.skirmish && window.skirmish.drawn() > 60', 120_000);
      const before = Number(await page.evaluate('window.skirmish.drawn()'));
      await waitUntil(page, `window.skirmish.drawn() > ${before + 20}`);
      const path = join(directory, `map-${scheme}-${name}.png`);
      await page.screenshot({ path });
      await close();
      process.stdout.write(`${path}\n`);
    }
}

const [url, directory = fileURLToPath(new URL('../../docs/images', import.meta.url))] =
  process.argv.slice(2);
if (url === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  await main(url, directory);
}
