import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How a page is opened. */
export interface BrowserOptions {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'dark' | 'light';
  readonly reducedMotion?: boolean;
  readonly scale?: number;
  readonly webgl?: boolean;
}

/** A page, and everything it did that a strict page does not do. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: string[];
  readonly violations: string[];
  readonly foreign: string[];
  close(): Promise<void>;
}

/** Opens a URL in Debian's Chromium with a profile of its own, and watches what it does. */
export async function openPage(url: string, options: BrowserOptions): Promise<Watched> {
  const profile = await mkdtemp(join(tmpdir(), 'skirmish-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: options.webgl === false ? [...FLAGS, '--disable-3d-apis'] : FLAGS,
    viewport: { width: options.width, height: options.height },
    deviceScaleFactor: options.scale ?? 1,
    colorScheme: options.scheme,
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const watched = watch(page, new URL(url).host);
  await page.goto(url);
  return {
    page,
    context,
    ...watched,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits until an expression is true in the page. Playwright's own wait evaluates strings inside it, which a strict CSP refuses. */
export async function waitUntil(page: Page, expression: string, timeoutMs = 60_000): Promise<void> {
  for (let waited = 0; !(await page.evaluate(`Boolean(${expression})`)); waited += 100) {
    if (waited >= timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${expression}`);
    await page.waitForTimeout(100);
  }
}

function watch(page: Page, host: string): Pick<Watched, 'errors' | 'violations' | 'foreign'> {
  const errors: string[] = [];
  const violations: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // Software rendering's remark on screenshots, not the page's.
    if (text.includes('GPU stall due to ReadPixels')) return;
    if (/Content Security Policy|Trusted/i.test(text)) violations.push(text);
    else if (message.type() === 'error' || message.type() === 'warning') errors.push(text);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== host)
      foreign.push(request.url());
  });
  return { errors, violations, foreign };
}
