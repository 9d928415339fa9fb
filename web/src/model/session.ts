import type { Audience } from '../../../core/event/table.ts';
import type { Filter } from '../../../core/filter/filter.ts';
import { weightOf } from '../../../core/filter/filter-rendering.ts';
import type { ViewMessage } from '../../../core/frame/messages.ts';
import type { StatusAnswer } from '../../../core/frame/status.ts';
import { ok } from '../../../core/result.ts';
import { ArcField } from '../gl/arc-field.ts';
import { TRACE_SECONDS } from '../gl/flight.ts';
import { backoffMs } from '../socket/backoff.ts';
import { Connection, type LineState, type SocketLike } from '../socket/connection.ts';
import { type History, httpHistory } from '../socket/history.ts';
import { openPart } from '../socket/inflate.ts';
import { Activity } from './activity.ts';
import { Feed } from './feed.ts';
import { type AppliedSegment, Follower } from './follower.ts';
import { Lag } from './lag.ts';
import { type DueRow, Playback } from './playback.ts';
import { Sites } from './sensors.ts';
import { Stage } from './stage.ts';
import { ViewFilter } from './view-filter.ts';
import { viewRequest } from './view-request.ts';
import { Vocabulary } from './vocabulary.ts';

/** Minutes of history a new viewer gets. */
const SNAPSHOT_MINUTES = 15;
/** Recovered segments older than this (ms) are folded, not played. */
const STALE_MS = 10_000;
/** Rows shown this long (ms) after their moment do not fly: a page that stood still does not burst. */
const LATE_MS = 2_000;
const STATUS_EVERY_MS = 15_000;
/** The CDN keeps answers for a second: asking more often tells nothing new. */
const FETCH_EVERY_MS = 1_000;

/** What the session needs from the browser. */
export interface SessionPorts {
  readonly api: string;
  /** What the site's configuration says of the public's delay, ms, until the server does. */
  readonly delayMs: number;
  readonly open: () => SocketLike;
  /** Undefined once the server has refused the token. */
  readonly token: () => string | undefined;
  readonly refuseToken: () => void;
  readonly hidden: () => boolean;
  /** Whether there is a map to draw on. */
  readonly draws: () => boolean;
  readonly mutes: (serviceClass: number) => boolean;
  /** ms since the epoch, and ms of the clock that animation frames use. */
  readonly now: () => number;
  readonly monotonic: () => number;
}

/** Everything between the wire and the drawing: one fold, one feed, one stage. */
export class Session {
  readonly field = new ArcField();
  readonly feed = new Feed();
  readonly sites = new Sites();
  readonly vocabulary = new Vocabulary();
  activity = new Activity();
  stage: Stage;
  playback = new Playback();
  follower: Follower;
  /** What is shown goes through it. */
  filter = new ViewFilter();
  readonly lag = new Lag();
  readonly problems = new Map<string, number>();
  line: LineState = 'connecting';
  audience: Audience | undefined;
  status: StatusAnswer | undefined;
  /** Segments of the window that the snapshot left out. */
  omitted = 0;
  /** When the oldest segment held was appended, ms; NaN before any. */
  heldSince = Number.NaN;
  /** When the newest was. */
  newestAt = Number.NaN;
  /** Time between frames, ms, as the last one said. */
  tickMs = 1_000;
  /** Likewise, as the view said. */
  #usualTickMs = 1_000;
  /** How much later than operators this page sees everything, ms. */
  delayMs: number;
  #fetchesDue = false;
  /** When the last segment of each log was appended, ms. */
  readonly #lastAt = new Map<string, number>();
  readonly #ports: SessionPorts;
  readonly #history: History;
  readonly #connection: Connection;
  #started = false;

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.delayMs = ports.delayMs;
    this.#history = httpHistory(
      ports.api,
      () => this.#reader(),
      () => this.filter.text,
    );
    this.stage = new Stage(this.field, ports.mutes);
    this.follower = this.#makeFollower();
    this.#connection = this.#makeConnection();
  }

  /** Server time as this page estimates it, ms since the epoch. */
  get serverNow(): number {
    return this.#ports.now() + this.lag.offsetMs;
  }

  /** Opens the line at once and the history beside it; frames wait for the history. */
  async start(): Promise<void> {
    this.#started = true;
    this.#connection.start();
    void this.#watchStatus();
    await this.#follow(this.follower);
  }

  /** Shows only what a filter lets through, from the history on: everything shown is of one filter. */
  async setFilter(filter: Filter): Promise<void> {
    if (filter.text === this.filter.text) return;
    this.filter = new ViewFilter(filter);
    if (!this.#started) return;
    this.follower.stop();
    this.follower = this.#makeFollower();
    this.activity = new Activity();
    this.playback = new Playback();
    this.stage = new Stage(this.field, this.#ports.mutes);
    this.feed.clear();
    this.field.clear();
    this.#lastAt.clear();
    this.heldSince = Number.NaN;
    this.newestAt = Number.NaN;
    this.#connection.sendView();
    await this.#follow(this.follower);
  }

  /** Reads the history for a follower, unless another filter has taken its place. */
  async #follow(follower: Follower): Promise<void> {
    for (let attempt = 0; this.follower === follower; attempt++) {
      try {
        const asked = this.#ports.now();
        const snapshot = await this.#history.snapshot(SNAPSHOT_MINUTES);
        if (this.follower !== follower) return;
        this.lag.clock(snapshot.at, asked, this.#ports.now());
        this.omitted = snapshot.omitted;
        return await follower.start(snapshot);
      } catch (error) {
        this.#problem('snapshot');
        if (/ 40[13]$/.test(String(error))) this.#refuse();
        await wait(backoffMs(attempt, Math.random));
      }
    }
  }

  /** Shows what is due; to be called at every animation frame, and now and then when hidden. */
  pump(): void {
    const monotonic = this.#ports.monotonic();
    const hidden = this.#ports.hidden();
    const quietly = hidden || !this.#ports.draws();
    this.playback.take(hidden ? Number.POSITIVE_INFINITY : monotonic, (row) => {
      const late = monotonic - row.due > LATE_MS;
      this.#show(row, monotonic / 1000, quietly || late);
      if (!late) this.lag.shown(row, this.serverNow);
    });
    this.activity.expire(this.serverNow);
  }

  stop(): void {
    this.#connection.stop();
  }

  #makeFollower(): Follower {
    const { filter } = this;
    const follower: Follower = new Follower({
      history: this.#history,
      open: async (part, made) => {
        const opened = await openPart(part);
        return opened.ok ? ok(filter.apply(opened.value, made)) : opened;
      },
      pause: (attempt) => wait(backoffMs(attempt, Math.random)),
      onSegment: (segment) => {
        if (this.follower === follower) this.#take(segment);
      },
      onProblem: (reason) => this.#problem(reason),
    });
    return follower;
  }

  #makeConnection(): Connection {
    return new Connection({
      open: this.#ports.open,
      after: (ms, run) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      random: Math.random,
      view: () => viewRequest(this.#reader(), this.filter.text),
      onView: (view) => this.#viewed(view),
      onFrame: (frame) => {
        this.tickMs = frame.tickMs ?? this.#usualTickMs;
        this.follower.frame(this.filter.usable(frame));
      },
      onState: (state) => {
        this.line = state;
      },
      onProblem: (reason) => {
        this.#problem(reason);
        if (reason === 'forbidden') this.#refuse();
      },
    });
  }

  #viewed({ tickMs, audience, delayMs = 0 }: ViewMessage): void {
    this.tickMs = tickMs;
    this.#usualTickMs = tickMs;
    this.audience = audience;
    this.delayMs = delayMs;
    // No frame brings what was appended after the history was read and before the view was taken.
    this.follower.catchUp();
    if (delayMs > 0 && !this.#fetchesDue) void this.#fetchDue();
  }

  /** Who sees everything later is sent no frames: what is due is fetched at every tick. */
  async #fetchDue(): Promise<void> {
    this.#fetchesDue = true;
    while (this.delayMs > 0 && this.line !== 'stopped') {
      await wait(Math.max(this.tickMs, FETCH_EVERY_MS));
      const logs = this.status?.logs.map(({ shard }) => shard) ?? [];
      if (!this.#ports.hidden()) this.follower.fetchDue(logs);
    }
    this.#fetchesDue = false;
  }

  #reader(): { audience: Audience; token: string | undefined } {
    const token = this.#ports.token();
    return { audience: token === undefined ? 'public' : 'operator', token };
  }

  #refuse(): void {
    if (this.#ports.token() === undefined) return;
    this.#ports.refuseToken();
    this.#connection.sendView();
  }

  #take(segment: AppliedSegment): void {
    const { rendering, createdAt, how, shard } = segment;
    const { table } = rendering;
    const before = this.#lastAt.get(shard) ?? createdAt;
    this.#lastAt.set(shard, createdAt);
    this.activity.add(table, createdAt, segment.number - segment.from > 1 ? createdAt - before : 0);
    this.sites.add(table);
    this.vocabulary.add(table);
    this.stage.receive(weightOf(table), rendering.filtered);
    this.heldSince = Math.min(createdAt, Number.isNaN(this.heldSince) ? createdAt : this.heldSince);
    this.newestAt = Math.max(createdAt, Number.isNaN(this.newestAt) ? createdAt : this.newestAt);
    const arrival = this.#ports.monotonic();
    const ageMs = this.serverNow - createdAt;
    if (how === 'live' || (how === 'recovered' && ageMs < STALE_MS))
      this.playback.add(table, { createdAt, arrival, tickMs: this.tickMs });
    else this.#foldHistory(segment, arrival / 1000 - Math.min(TRACE_SECONDS, ageMs / 1000));
  }

  #foldHistory(segment: AppliedSegment, seconds: number): void {
    const { table } = segment.rendering;
    for (let index = 0; index < table.length; index++)
      this.#show({ table, index, createdAt: segment.createdAt, due: 0 }, seconds, true);
  }

  #show(row: DueRow, seconds: number, quietly: boolean): void {
    this.feed.add(row.table, row.index);
    this.stage.show(row, seconds, quietly);
  }

  #problem(reason: string): void {
    this.problems.set(reason, (this.problems.get(reason) ?? 0) + 1);
  }

  async #watchStatus(): Promise<void> {
    for (;;) {
      const silent = !(this.serverNow - this.newestAt < STATUS_EVERY_MS);
      if (silent && !this.#ports.hidden()) {
        try {
          this.status = await this.#history.status();
        } catch {
          this.#problem('status');
        }
      }
      await wait(silent && this.status === undefined ? 3_000 : STATUS_EVERY_MS);
    }
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
