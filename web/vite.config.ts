import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The site: one page, every byte from its own origin, nothing inlined that a strict CSP would refuse. */
export default defineConfig({
  root,
  base: './',
  publicDir: `${root}public`,
  build: {
    outDir: `${root}dist`,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
