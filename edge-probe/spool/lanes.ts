import type { Entry } from './entry.ts';
import type { TakeLimits } from './spool.ts';
import { without } from './without.ts';

/** Share of a call that live batches fill first while older ones wait. */
const LIVE_SHARE = 3 / 4;
/** Newest batches that become the live ones when more wait than a call holds. */
const FRESH = 30;
/** Each split leaves one more hole in a boot's sequences until the backlog is through; a log remembers 128 in all. */
const MAX_SPLITS = 6;
/** Boots of one probe in a call: a log keeps windows of 8, and gives the one up that has not grown for longest. */
const MAX_BOOTS = 4;

/**
 * The order in which batches are sent. When more wait than a call holds, the newest become a lane of their own: each
 * call takes live batches first and fills up with the backlog, and each lane keeps its order.
 */
export class Lanes {
  #backlog: Entry[] = [];
  #live: Entry[] = [];
  #splits = 0;
  /** The last call was acknowledged as a whole. */
  #calm = true;

  /** The batch that has waited longest; those in flight do not wait. */
  get oldest(): Entry | undefined {
    return this.#backlog[0] ?? this.#live[0];
  }

  append(entry: Entry): void {
    this.#live.push(entry);
  }

  /** Batches of earlier boots, in their order, behind those that are there. */
  appendBacklog(entry: Entry): void {
    entry.lane = 'backlog';
    this.#backlog.push(entry);
  }

  hasAny(takeable: (entry: Entry) => boolean): boolean {
    const [backlog, live] = [this.#backlog[0], this.#live[0]];
    return (backlog !== undefined && takeable(backlog)) || (live !== undefined && takeable(live));
  }

  /** Takes the next out, in ascending order within each boot. */
  take(limits: TakeLimits, takeable: (entry: Entry) => boolean): Entry[] {
    this.#split(limits, takeable);
    const call = new Call(takeable, limits.except);
    const share = this.#backlog.length > 0 ? LIVE_SHARE : 1;
    const live = call.fill(this.#live, {
      records: Math.ceil(limits.records * share),
      bytes: limits.bytes * share,
    });
    this.#live = without(this.#live, live);
    const backlog = call.fill(this.#backlog, limits);
    this.#backlog = without(this.#backlog, backlog);
    const more = call.fill(this.#live, limits);
    this.#live = without(this.#live, more);
    return [...backlog, ...live, ...more];
  }

  acknowledged(): void {
    this.#calm = true;
  }

  /** They are the next of their lanes again. */
  giveBack(entries: readonly Entry[]): void {
    this.#calm = false;
    this.#backlog.splice(0, 0, ...entries.filter(({ lane }) => lane === 'backlog'));
    this.#live.splice(0, 0, ...entries.filter(({ lane }) => lane === 'live'));
  }

  /** Forgets what is gone. */
  sweep(): void {
    this.#backlog = this.#backlog.filter(({ state }) => state !== 'gone');
    this.#live = this.#live.filter(({ state }) => state !== 'gone');
  }

  /** What was appended before `bornMs` and never sent. */
  olderThan(bornMs: number): Entry[] {
    const old: Entry[] = [];
    for (const lane of [this.#backlog, this.#live]) {
      for (const entry of lane) {
        if (entry.bornMs >= bornMs) break;
        if (!entry.attempted) old.push(entry);
      }
    }
    return old;
  }

  #split(limits: TakeLimits, takeable: (entry: Entry) => boolean): void {
    if (this.#backlog.length === 0) this.#splits = 0;
    if (!this.#calm || this.#splits >= MAX_SPLITS) return;
    const one = new Call(takeable, limits.except).fill(this.#live, limits);
    if (this.#live.length <= one.length + FRESH) return;
    const older = this.#live.splice(0, this.#live.length - FRESH);
    for (const entry of older) this.appendBacklog(entry);
    this.#splits++;
  }
}

/** What one call carries. */
class Call {
  readonly #takeable: (entry: Entry) => boolean;
  readonly #except: ReadonlySet<string> | undefined;
  readonly #boots = new Map<string, Set<string>>();
  #records = 0;
  #bytes = 0;

  constructor(takeable: (entry: Entry) => boolean, except: ReadonlySet<string> | undefined) {
    this.#takeable = takeable;
    this.#except = except;
  }

  /** What of the lane still fits. */
  fill(lane: readonly Entry[], limits: TakeLimits): Entry[] {
    const taken: Entry[] = [];
    for (const entry of lane) {
      if (this.#except?.has(entry.probe)) continue;
      const full = this.#records >= limits.records || this.#bytes + entry.size > limits.bytes;
      if ((full && this.#records > 0) || !this.#takeable(entry) || !this.#admits(entry)) break;
      this.#records++;
      this.#bytes += entry.size;
      taken.push(entry);
    }
    return taken;
  }

  #admits({ probe, boot }: Entry): boolean {
    let boots = this.#boots.get(probe);
    if (boots === undefined) {
      boots = new Set();
      this.#boots.set(probe, boots);
    }
    if (boots.size >= MAX_BOOTS && !boots.has(boot)) return false;
    boots.add(boot);
    return true;
  }
}
