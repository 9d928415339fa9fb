import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../lib/paths.ts';
import { FOLDERS, RULES, readSources, violations } from '../support/fence.ts';

describe('the fence', () => {
  const files = readSources(ROOT);
  const byPath = new Map(files.map((file) => [file.path, file]));

  it('holds: nobody imports whom they may not, and clocks and environment stay at the edges', () => {
    expect(violations(files)).toEqual([]);
  });

  it('reads the files that there are', () => {
    const counted = Object.fromEntries(
      FOLDERS.map((folder) => [
        folder,
        files.filter(({ path }) => path.startsWith(`${folder}/`)).length,
      ]),
    );

    expect(files.length).toBeGreaterThan(150);
    expect(counted['core']).toBeGreaterThan(20);
    expect(counted['edge-probe']).toBeGreaterThan(20);
    expect(counted['lambdas']).toBeGreaterThan(15);
    expect(counted['web']).toBeGreaterThan(20);
    expect(counted['lib']).toBeGreaterThan(10);
    expect(counted['local']).toBeGreaterThan(20);
  });

  it.each([
    ['bin/app.ts', 'lib/app.ts'],
    ['lib/constructs/ingest.ts', 'lambdas/wrangle/env.ts'],
    ['lambdas/wrangle/handler.ts', 'lambdas/wrangle/wrangle.ts'],
    ['lambdas/wrangle/open-batch.ts', 'core/batch/envelope.ts'],
    ['edge-probe/ship/sealer.ts', 'core/batch/envelope.ts'],
    ['edge-probe/capture/live-child.ts', 'pcap'],
    ['core/segment/rendering.ts', 'core/bytes/reader.ts'],
    ['web/src/map/mapbox-surface.ts', 'mapbox-gl/esm'],
  ])('sees that %s imports %s', (from, to) => {
    expect(byPath.get(from)?.imports).toContain(to);
  });
});

describe('the fence on a known-bad tree', () => {
  const bad = violations(readSources(join(ROOT, 'test/fixtures/fence'), '.txt'));

  it('finds every planted fault and nothing else', () => {
    expect(bad.map((line) => line.split(' (')[0])).toEqual([
      'bench/bench.ts: test/support/helper.ts',
      'bin/app.ts: lambdas/wrangle/wrangle.ts',
      'core/reader.ts: Buffer.',
      'core/reader.ts: Date.now',
      'core/reader.ts: lambdas/wrangle/wrangle.ts',
      'core/reader.ts: node:fs',
      'core/reader.ts: zod',
      'edge-probe/decode/packet.ts: lambdas/wrangle/wrangle.ts',
      'edge-probe/decode/packet.ts: pcap',
      'edge-probe/decode/packet.ts: performance.now',
      'lambdas/wrangle/wrangle.ts: edge-probe/decode/packet.ts',
      'lambdas/wrangle/wrangle.ts: local/main.ts',
      'lambdas/wrangle/wrangle.ts: new Date',
      'lambdas/wrangle/wrangle.ts: process.env',
      'lib/stack.ts: core/reader.ts',
      'lib/stack.ts: lambdas/wrangle/handler.ts',
      'local/main.ts: aws-cdk-lib/aws-s3',
      'local/main.ts: bin/app.ts',
      'web/src/table.ts: @aws-sdk/client-s3',
      'web/src/table.ts: edge-probe/decode/packet.ts',
      'web/src/table.ts: mapbox-gl',
      'web/src/table.ts: maplibre-gl/dist/style.css',
      'web/src/table.ts: node:path',
    ]);
  });

  it('has a fault for every rule', () => {
    const unbroken = RULES.filter(({ says }) => !bad.some((line) => line.endsWith(`(${says})`)));

    expect(unbroken.map(({ says }) => says)).toEqual([]);
  });
});
