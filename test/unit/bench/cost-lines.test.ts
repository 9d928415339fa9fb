import { describe, expect, it } from 'vitest';
import {
  type CostLine,
  costLines,
  perMillionFlows,
  sumOf,
  type Usage,
} from '../../../bench/cost-lines.ts';
import { costText } from '../../../bench/cost-report.ts';
import { PRICES } from '../../../bench/prices.ts';

const HOUR_MS = 3_600_000;
const NOTHING: Usage = {
  ms: HOUR_MS,
  flows: 0,
  viewers: 0,
  counters: {},
  logBytes: {},
  metrics: {},
  forViewers: ['FanOut', 'ViewerSocket', 'HttpApi'],
  segments: { table: 'Segments', days: 7 },
  ...{ shards: 0, alarms: 0, mappings: 0 },
  visit: { requests: 0, bytes: 0, api: 0 },
  visitMinutes: 15,
  visitsAnHour: 0,
};

function lineOf(usage: Partial<Usage>, what: string): CostLine {
  const found = costLines({ ...NOTHING, ...usage }).find((line) => line.what === what);
  if (found === undefined) throw new Error(`no line ${what}`);
  return found;
}

describe('costLines', () => {
  it('costs nothing where nothing was used', () => {
    expect(sumOf(costLines(NOTHING))).toBe(0);
  });

  it.each([
    ['Kinesis puts', { 'kinesis.putUnits': 1e6 }, 0.014],
    ['Writes to Segments', { 'dynamodb.Segments.wru': 1e6 }, 0.625],
    ['Reads of Segments', { 'dynamodb.Segments.rru': 1e6 }, 0.125],
    ['WebSocket messages', { 'socket.billedMessages': 6e5, 'socket.messagesIn': 4e5 }, 1],
    ['HTTP API requests', { 'http.requests': 1e6 }, 1],
    ['CloudFront bytes to viewers', { 'site.bytesOut': 1e9 }, 0.085],
    ['S3 puts', { 's3.put': 1_000 }, 0.005],
  ])('charges %s by its price', (what, counters, dollars) => {
    expect(lineOf({ counters }, what).dollarsPerHour).toBeCloseTo(dollars, 9);
  });

  it('scales what was counted to an hour', () => {
    const counters = { 'kinesis.putUnits': 1_000 };

    expect(lineOf({ ms: 60_000, counters }, 'Kinesis puts').unitsPerHour).toBe(60_000);
  });

  it("charges a function's time, requests, logs and metrics to who causes them", () => {
    const of = (name: string): Partial<Usage> => ({
      counters: { [`lambda.${name}.gbMs`]: 3_600_000, [`lambda.${name}.invocations`]: 1e6 },
      logBytes: { [name]: 550e6 },
      metrics: { [name]: 10 },
    });

    const time = lineOf(of('IngestWrangle'), 'Lambda IngestWrangle time');
    expect(time).toMatchObject({ of: 'pipeline', unitsPerHour: 3_600 });
    expect(time.dollarsPerHour).toBeCloseTo(3_600 * PRICES.lambdaGbSecond.dollars, 9);
    expect(lineOf(of('FanOutFanout'), 'Lambda FanOutFanout requests')).toMatchObject({
      of: 'viewers',
      dollarsPerHour: 0.2,
    });
    expect(lineOf(of('HttpApiHttp'), 'Logs of HttpApiHttp').unitsPerHour).toBeCloseTo(1, 6);
    expect(lineOf(of('X'), 'Metrics of X').dollarsPerHour).toBeCloseTo(3 / 730, 9);
  });

  it('keeps as many bytes of segments as are written until they expire', () => {
    const counters = { 'dynamodb.Segments.wru': 1e9 / 1_024 };

    const kept = lineOf({ counters }, 'Segments kept 7 days');

    expect(kept.unitsPerHour).toBeCloseTo(7 * 24, 6);
    expect(kept.dollarsPerHour).toBeCloseTo((7 * 24 * 0.25) / 730, 9);
  });

  it('counts connections by the minute and visits by the hour', () => {
    const usage = {
      viewers: 1_000,
      visit: { requests: 10, bytes: 2e6, api: 3 },
      visitsAnHour: 500,
    };

    expect(lineOf(usage, 'WebSocket connections').dollarsPerHour).toBeCloseTo(0.015, 9);
    expect(lineOf(usage, 'CloudFront requests').unitsPerHour).toBe(5_000);
    expect(lineOf(usage, 'CloudFront bytes to viewers').unitsPerHour).toBeCloseTo(1, 9);
    expect(lineOf(usage, 'HTTP API requests').unitsPerHour).toBe(1_500);
  });

  it('tells what a million flows cost, and each line beside its sums', () => {
    const usage = { ...NOTHING, ms: 60_000, flows: 60_000, viewers: 100, shards: 4 };
    const lines = costLines(usage);

    expect(perMillionFlows(3.6, usage)).toBeCloseTo(1, 9);
    expect(sumOf(lines, 'pipeline')).toBeCloseTo(0.06, 9);
    expect(sumOf(lines, 'viewers') + sumOf(lines, 'pipeline')).toBeCloseTo(sumOf(lines), 9);
    const text = costText(usage, lines, { frames: 6_000, bytes: 6e6, tickMs: 1_000 });
    expect(text).toMatch(
      /\| pipeline \| Kinesis shards \| 4 \| shard hour \| 0\.0600 \| 0\.0167 \|/,
    );
    expect(text).toMatch(/a viewer gets 1 frames\/s|a viewer gets 1\.00 frames\/s of 1,000 bytes/);
  });
});

describe('PRICES', () => {
  it('are positive and say where they were read', () => {
    for (const { dollars, per, source } of Object.values(PRICES)) {
      expect(dollars / per).toBeGreaterThan(0);
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing/);
    }
  });
});
