import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Chromium is, or undefined: a test that needs it then skips and says so. */
export const chromiumPath: string | undefined = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

/** Chromium with a fresh profile and software WebGL. */
export class Chromium {
  readonly #profile = mkdtempSync(join(tmpdir(), 'skirmish-chromium-'));
  #context: BrowserContext | undefined;

  async start(
    width: number,
    height: number,
    colorScheme: 'dark' | 'light' = 'dark',
  ): Promise<BrowserContext> {
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: chromiumPath ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width, height },
      colorScheme,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return this.#context;
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

/** What went wrong on a page: script errors, failed or foreign requests, policy violations. */
export interface PageTrouble {
  readonly errors: string[];
  readonly foreign: string[];
}

/** Collects a page's trouble from now on; requests to other origins than `origin` are foreign. */
export function watchPage(page: Page, origin: string): PageTrouble {
  const trouble: PageTrouble = { errors: [], foreign: [] };
  page.on('pageerror', (error) => trouble.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.errors.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['data:', 'blob:'].includes(url.protocol)) return;
    if (url.origin !== new URL(origin).origin) trouble.foreign.push(request.url());
  });
  return trouble;
}
