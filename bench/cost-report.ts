import { PRICES_AS_OF } from '../core/prices.ts';
import { type CostLine, perMillionFlows, sumOf, type Usage } from './cost-lines.ts';

/** Lines that cost less than this of everything are put together. */
const SMALL_SHARE = 0.002;

/** What viewers got, as they counted it themselves. */
export interface Received {
  readonly frames: number;
  readonly bytes: number;
  /** Time between frames, as the last one said, ms. */
  readonly tickMs: number;
}

/** Prints a run's bill: each line, sums, and the goals beside. */
export function printCost(usage: Usage, lines: readonly CostLine[], received: Received): void {
  console.log(costText(usage, lines, received));
}

/** The same as text. */
export function costText(usage: Usage, lines: readonly CostLine[], received: Received): string {
  const total = sumOf(lines);
  const big = lines.filter(({ dollarsPerHour }) => dollarsPerHour >= total * SMALL_SHARE);
  const small = total - sumOf(big);
  const rows = [...big].sort((a, b) => b.dollarsPerHour - a.dollarsPerHour);
  return [
    `${figure(usage.flows / (usage.ms / 1000))} flows/s, ${usage.viewers} viewers, ${figure(usage.ms / 1000)} s; prices of us-east-1 as of ${PRICES_AS_OF}, no free tiers.`,
    'Time of functions was measured on this machine, x86, with emulators beside; on arm64 in AWS it differs.',
    '',
    '| of | line | units an hour | unit | $ an hour | $ per million flows |',
    '|---|---|---:|---|---:|---:|',
    ...rows.map((line) => rowOf(usage, line)),
    `| | all smaller lines | | | ${dollars(small)} | ${dollars(perMillionFlows(small, usage))} |`,
    '',
    ...sums(usage, lines),
    ...goals(usage, lines, received),
  ].join('\n');
}

function rowOf(usage: Usage, line: CostLine): string {
  const { of, what, unit, unitsPerHour, dollarsPerHour } = line;
  const each = dollars(perMillionFlows(dollarsPerHour, usage));
  return `| ${of} | ${tidy(what)} | ${figure(unitsPerHour)} | ${unit} | ${dollars(dollarsPerHour)} | ${each} |`;
}

function sums(usage: Usage, lines: readonly CostLine[]): string[] {
  const row = (name: string, perHour: number): string =>
    `| ${name} | ${dollars(perHour)} | ${dollars(perMillionFlows(perHour, usage))} |`;
  return [
    '| sum | $ an hour | $ per million flows |',
    '|---|---:|---:|',
    row('pipeline', sumOf(lines, 'pipeline')),
    row('viewers', sumOf(lines, 'viewers')),
    row('all in', sumOf(lines)),
    '',
  ];
}

function goals(
  usage: Usage,
  lines: readonly CostLine[],
  { frames, bytes, tickMs }: Received,
): string[] {
  const seconds = usage.ms / 1000;
  const writes = (usage.counters['dynamodb.wru'] ?? 0) / (usage.flows / 1000);
  const { viewers } = usage;
  const viewerHours = viewers === 0 ? 0 : (sumOf(lines, 'viewers') / viewers) * 1000;
  const each = viewers === 0 ? 0 : frames / viewers / seconds;
  return [
    `DynamoDB write units for 1,000 flows: ${writes.toFixed(1)} (goal 40)`,
    `All in, $ per million flows: ${dollars(perMillionFlows(sumOf(lines), usage))} (goal 0.06)`,
    `1,000 viewer-hours: $${viewerHours.toFixed(2)} (goal 2.50); a viewer gets ${each.toFixed(2)} frames/s of ${figure(frames === 0 ? 0 : bytes / frames)} bytes`,
    `Tick: ${figure(tickMs / 1000)} s. A visit lasts ${usage.visitMinutes} minutes and loads ${figure(usage.visit.bytes / 1000)} KB at first, nothing of which it has.`,
  ];
}

/** A name of the template without the letters that make it unique. */
function tidy(name: string): string {
  return name.replace(/[0-9A-F]{8}\b/g, '').replace(/Skirmish\w*-/, '');
}

function figure(value: number): string {
  const digits = value < 10 ? 2 : 0;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function dollars(value: number): string {
  return value.toFixed(value < 0.01 ? 5 : 4);
}
