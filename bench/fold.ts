/** `npm run bench:fold`: rows a second that folds take, of made-up segments of a scanned network, 1,000 flows a second. */
import { severityColumn } from '../core/classify/severity.ts';
import type { Rendering } from '../core/event/table.ts';
import { conversationKeys } from '../core/fold/conversation.ts';
import { StateFold } from '../core/fold/state.ts';
import { emptyTotals, foldTotals } from '../core/fold/totals.ts';
import { graphOf } from '../core/graph/graph-of-state.ts';
import { madeUpSegment } from './rollup-segments.ts';

/** Goal of the state's fold, rows a second. */
const GOAL = 300_000;
const BEGIN = Date.UTC(2026, 10, 21, 8);
const SECONDS = 400;
/** Half of all segments have left it at the end. */
const WINDOW_MS = 200_000;
const ROUNDS = 3;

const segments = Array.from({ length: SECONDS }, (_, second) =>
  madeUpSegment('operator', BEGIN + second * 1000, { flows: 1000, seed: second + 1 }),
);
const rows = segments.reduce((sum, { table }) => sum + table.length, 0);

let slow = false;
report('state: fold, and forget what leaves the window', rows, foldState, GOAL);
const folded = foldState();
const held = folded.state();
report(`state: read, ${held.nodeCount} hosts`, held.rows, () => folded.state());
report('graph of it, 200 hosts', held.rows, () => graphOf(held, 200));
report('totals', rows, () => {
  let totals = emptyTotals();
  each((rendering, number) => {
    totals = foldTotals(totals, rendering, 'log', number).totals;
  });
});
report('severity', rows, () => each(({ table }) => severityColumn(table)));
report('keys of conversations', rows, () =>
  each(({ table }) => conversationKeys(table, 'operator')),
);
if (slow) process.exitCode = 1;

function foldState(): StateFold {
  const fold = new StateFold({ windowMs: WINDOW_MS });
  each((rendering, number) => {
    fold.apply(rendering, { shard: 'log', number, createdAt: BEGIN + number * 1000 });
  });
  return fold;
}

function each(act: (rendering: Rendering, number: number) => void): void {
  segments.forEach((rendering, index) => {
    act(rendering, index + 1);
  });
}

/** Prints the best of a few rounds, by the time of the processor: what else the machine does takes none of that. */
function report(what: string, count: number, run: () => void, goal = 0): void {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const begun = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(begun);
    best = Math.min(best, (user + system) / 1000);
  }
  const rate = (count / best) * 1000;
  slow ||= rate < goal;
  const wanted =
    goal === 0 ? '' : `, goal ${(goal / 1e6).toFixed(1)}: ${rate < goal ? 'missed' : 'met'}`;
  console.log(
    `${what.padEnd(50)} ${(rate / 1e6).toFixed(2).padStart(8)} million rows/s (${best.toFixed(0)} ms for ${count})${wanted}`,
  );
}
