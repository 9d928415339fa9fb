import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Emulators, Chromium and captures share two cores: more workers only make each test slower.
    maxWorkers: 2,
    // The SDK warns in every process that its next year's versions need Node 22: the pins know.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // A limit that only what hangs reaches, however busy the machine: Chromium draws in software here.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
