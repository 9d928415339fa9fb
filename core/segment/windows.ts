import type { BootWindow, ProbeWindows } from './head.ts';

/** A batch's identity. */
export interface BatchIdentity {
  readonly probe: string;
  readonly boot: string;
  readonly sequence: number;
}

/**
 * What a log knows about a batch. Only `new` may be stored; the others are set aside and counted.
 * `held`: it is stored already. `overdue`: so many later batches came in scattered order that the hole it belongs to
 * was closed, so it may be stored. `forgotten-boot`: its boot's window was given up for newer ones, so it may be stored.
 */
export type Standing = 'new' | 'held' | 'overdue' | 'forgotten-boot';

/** Boots of a probe that keep a window; beyond them the one that grew longest ago is given up. */
export const MAX_BOOTS = 8;
/** Entries of `extra`; beyond them the lowest hole is closed. */
export const MAX_EXTRA = 256;
/** Boots given up that are still known by name, so that nothing of theirs is stored again. */
export const MAX_FORGOTTEN = 512;
/** How long such a name is kept: Kinesis delivers nothing older than 7 days at its usual retentions. */
export const FORGOTTEN_DAYS = 8;

const FORGOTTEN = '';
const DAY_MS = 86_400_000;
const NAME_DIGITS = 12;

/** Whether the batch with this identity is in the log, or may be. */
export function holds(
  windows: ProbeWindows,
  probe: string,
  boot: string,
  sequence: number,
): boolean {
  return standing(windows, { probe, boot, sequence }) !== 'new';
}

/** What the log knows about a batch. */
export function standing(windows: ProbeWindows, batch: BatchIdentity): Standing {
  const boots = windowsOf(windows, batch.probe);
  const window = boots.find((candidate) => candidate.boot === batch.boot);
  if (window === undefined) {
    const names = boots.find((candidate) => candidate.boot === FORGOTTEN)?.extra ?? [];
    return hasName(names, nameOf(batch.boot)) ? 'forgotten-boot' : 'new';
  }
  if (batch.sequence <= (window.closed ?? 0)) return 'overdue';
  return inWindow(window, batch.sequence) ? 'held' : 'new';
}

/**
 * The windows with a batch in them that was appended at `at` (ms since the epoch); one that is not `new` changes nothing.
 * Memory is bounded and what is given up for that is refused for ever, never taken a second time.
 */
export function remember(windows: ProbeWindows, batch: BatchIdentity, at: number): ProbeWindows {
  if (standing(windows, batch) !== 'new') return windows;
  const known = windowsOf(windows, batch.probe);
  const old = known.find((window) => window.boot === batch.boot);
  const fresh = { boot: batch.boot, through: 0, extra: [], at };
  const grown = grow(old ?? fresh, batch.sequence, at);
  const others = known.filter((window) => window.boot !== batch.boot);
  return { ...windows, [batch.probe]: bounded([...others, grown], at) };
}

function windowsOf(windows: ProbeWindows, probe: string): readonly BootWindow[] {
  return Object.hasOwn(windows, probe) ? (windows[probe] as readonly BootWindow[]) : [];
}

function inWindow(window: BootWindow, sequence: number): boolean {
  if (sequence <= window.through) return true;
  return runsOf(window.extra).some(([from, to]) => from <= sequence && sequence <= to);
}

function grow(window: BootWindow, sequence: number, at: number): BootWindow {
  const runs = insert(runsOf(window.extra), sequence);
  const through = runs[0]?.[0] === window.through + 1 ? (runs.shift() as Run)[1] : window.through;
  return closeHoles({ ...window, through, at }, runs, MAX_EXTRA);
}

/** A window whose lowest holes are closed until `extra` has at most so many entries. */
function closeHoles(window: BootWindow, runs: Run[], entries: number): BootWindow {
  let { through, closed, lost = 0 } = window;
  while (toExtra(runs).length > entries) {
    const [from, to] = runs.shift() as Run;
    lost += from - through - 1;
    through = to;
    closed = to;
  }
  const { boot, at } = window;
  return {
    ...{ boot, through, extra: toExtra(runs), at },
    ...(closed === undefined ? {} : { closed }),
    ...(lost === 0 ? {} : { lost }),
  };
}

/** Sequences of a probe's boots that lie below held ones, have not come and may still come. */
export function missingOf(boots: readonly BootWindow[]): number {
  let missing = 0;
  for (const { boot, through, extra } of boots) {
    if (boot === FORGOTTEN) continue;
    let last = through;
    for (const [from, to] of runsOf(extra)) {
      missing += from - last - 1;
      last = to;
    }
  }
  return missing;
}

/** Sequences of a probe's boots that were given up. */
export function lostOf(boots: readonly BootWindow[]): number {
  return boots.reduce((sum, { lost = 0 }) => sum + lost, 0);
}

/**
 * Windows of at most `maxBytes` as JSON. What is over is given up by the probes whose windows are the largest: first
 * holes, then boots, then names of boots given up. A window of one boot without holes is always kept.
 */
export function fitWindows(windows: ProbeWindows, maxBytes: number): ProbeWindows {
  const sizes = new Map(
    Object.entries(windows).map(([probe, boots]) => [probe, bytesOf(probe, boots)]),
  );
  let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total <= maxBytes) return windows;
  const fitted = { ...windows };
  while (total > maxBytes) {
    const [probe, size] = largest(sizes);
    const smaller = squeezed(windowsOf(fitted, probe));
    const left = bytesOf(probe, smaller);
    if (left >= size) break;
    fitted[probe] = smaller;
    sizes.set(probe, left);
    total -= size - left;
  }
  return fitted;
}

function bytesOf(probe: string, boots: readonly BootWindow[]): number {
  return probe.length + JSON.stringify(boots).length + '"":,'.length;
}

function largest(sizes: ReadonlyMap<string, number>): [probe: string, size: number] {
  let most: [string, number] = ['', 0];
  for (const entry of sizes) if (entry[1] > most[1]) most = entry;
  return most;
}

/** A probe's windows with a part of what takes the most room given up. */
function squeezed(all: readonly BootWindow[]): readonly BootWindow[] {
  const boots = all.filter(({ boot }) => boot !== FORGOTTEN);
  const scattered = boots.reduce((a, b) => (b.extra.length > a.extra.length ? b : a));
  if (scattered.extra.length > 0) {
    const entries = Math.floor(scattered.extra.length / 2);
    const closed = closeHoles(scattered, runsOf(scattered.extra), entries);
    return all.map((window) => (window === scattered ? closed : window));
  }
  const newest = boots.at(-1) as BootWindow;
  if (boots.length > 1) return bounded(all, newest.at, Math.ceil(boots.length / 2));
  return all.map((window) => {
    if (window.boot !== FORGOTTEN) return window;
    const names = window.extra.length / 2;
    return { ...window, extra: window.extra.slice(2 * Math.ceil(names / 2)) };
  });
}

type Run = [from: number, to: number];

function insert(runs: readonly Run[], sequence: number): Run[] {
  const out: Run[] = [];
  let [from, to] = [sequence, sequence];
  for (const run of runs) {
    if (run[1] === sequence - 1) from = run[0];
    else if (run[0] === sequence + 1) to = run[1];
    else out.push(run);
  }
  const place = out.findIndex((run) => run[0] > sequence);
  out.splice(place < 0 ? out.length : place, 0, [from, to]);
  return out;
}

function runsOf(extra: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const value of extra) {
    const last = runs.at(-1);
    if (value < 0 && last !== undefined) last[1] = -value;
    else runs.push([value, value]);
  }
  return runs;
}

function toExtra(runs: readonly Run[]): number[] {
  return runs.flatMap(([from, to]) => (from === to ? [from] : [from, -to]));
}

/** At most `most` windows, newest last, after the names of those given up. */
function bounded(all: readonly BootWindow[], at: number, most = MAX_BOOTS): BootWindow[] {
  const names = all.find((window) => window.boot === FORGOTTEN);
  const boots = all.filter((window) => window.boot !== FORGOTTEN);
  const given = boots.slice(0, Math.max(0, boots.length - most));
  const today = Math.floor(at / DAY_MS);
  const extra = [
    ...freshNames(names?.extra ?? [], today),
    ...given.flatMap((window) => [nameOf(window.boot), Math.floor(window.at / DAY_MS)]),
  ].slice(-2 * MAX_FORGOTTEN);
  const live = boots.slice(given.length);
  const lost = (names?.lost ?? 0) + lostOf(given) + missingOf(given);
  if (extra.length === 0 && lost === 0) return live;
  const forgotten = { boot: FORGOTTEN, through: 0, extra, at };
  return [lost === 0 ? forgotten : { ...forgotten, lost }, ...live];
}

/** Names are pairs: the first 48 bits of a boot, and the day (since the epoch) it last grew. */
function nameOf(boot: string): number {
  return Number.parseInt(boot.slice(0, NAME_DIGITS), 16);
}

function hasName(names: readonly number[], name: number): boolean {
  for (let i = 0; i < names.length; i += 2) if (names[i] === name) return true;
  return false;
}

function freshNames(names: readonly number[], today: number): number[] {
  return names.filter((_, i) => today - (names[i | 1] as number) <= FORGOTTEN_DAYS);
}
