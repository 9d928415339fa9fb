import { EVENT_KIND } from '../event/kinds.ts';
import type { ProbeTag } from '../event/table.ts';
import type { HeldSegment } from './held-segment.ts';
import { observerOf } from './observer.ts';
import type { ProcessOwner, StateProcess } from './state-types.ts';

interface ToldProcess {
  readonly kind: number;
  readonly at: number;
  readonly parentPid: number;
  readonly user: number;
  readonly command: string;
  readonly arguments: string;
}

/** The processes of every probe's host that were forked or executed within the segments, or own something, and still run. */
export function processesOf(
  segments: readonly HeldSegment[],
  owners: readonly ProcessOwner[],
): StateProcess[] {
  const running = new Map<string, StateProcess>();
  for (const [key, { probe, pid, told }] of toldProcesses(segments)) {
    const process = lastOf(told, { probe, pid });
    if (process !== undefined) running.set(key, process);
  }
  for (const { probe, pid, command } of owners) {
    const key = keyOf(probe, pid);
    const known = running.get(key) ?? blank(probe, pid);
    const told = known.since > 0 ? known.command : nameOf(known.command, command);
    running.set(key, { ...known, command: told, conversations: known.conversations + 1 });
  }
  return [...running.values()].sort((a, b) =>
    a.probe === b.probe ? a.pid - b.pid : a.probe < b.probe ? -1 : 1,
  );
}

/** Of two commands that a process's flows tell, which it executed meanwhile, the one that sorts first stands for it. */
function nameOf(one: string, other: string): string {
  if (one === '' || other === '') return one + other;
  return one < other ? one : other;
}

interface ToldOf {
  readonly probe: string;
  readonly pid: number;
  readonly told: ToldProcess[];
}

function toldProcesses(segments: readonly HeldSegment[]): Map<string, ToldOf> {
  const all = new Map<string, ToldOf>();
  for (const { table, processRows } of segments) {
    for (const i of processRows) {
      const probe = observerOf(table.tags[table.tag[i] as number] as ProbeTag);
      const pid = table.pid[i] as number;
      const key = keyOf(probe, pid);
      const known = all.get(key) ?? { probe, pid, told: [] };
      all.set(key, known);
      known.told.push({
        kind: table.kind[i] as number,
        at: table.time[i] as number,
        parentPid: table.parentPid[i] as number,
        user: table.user[i] as number,
        command: table.texts[table.text[i] as number] ?? '',
        arguments: table.texts[table.detail[i] as number] ?? '',
      });
    }
  }
  return all;
}

/** What fork, exec and exit leave of a number that may have belonged to several processes; undefined when it has exited. */
function lastOf(told: ToldProcess[], who: Pick<ToldOf, 'probe' | 'pid'>): StateProcess | undefined {
  const last = told.reduce((latest, one) => (compareTold(one, latest) > 0 ? one : latest));
  if (last.kind === EVENT_KIND.exit) return undefined;
  const { parentPid, command, user, at } = last;
  return {
    ...who,
    parentPid,
    command,
    arguments: last.arguments,
    user,
    since: at,
    conversations: 0,
  };
}

/** In one ms a process is forked, then executes, then exits. */
function compareTold(one: ToldProcess, other: ToldProcess): number {
  if (one.at !== other.at) return one.at - other.at;
  if (one.kind !== other.kind) return one.kind - other.kind;
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function blank(probe: string, pid: number): StateProcess {
  const about = { parentPid: 0, command: '', arguments: '', user: 0, since: 0 };
  return { probe, pid, ...about, conversations: 0 };
}

function keyOf(probe: string, pid: number): string {
  return `${pid} ${probe}`;
}
