import { inflateRawSync } from 'node:zlib';
import { type EventRow, readRow } from '../../core/event/row.ts';
import type { Audience, Rendering } from '../../core/event/table.ts';
import type { SegmentsAnswer } from '../../core/frame/messages.ts';
import type { StatusAnswer } from '../../core/frame/status.ts';
import type { RollupsAnswer } from '../../core/rollup/answer.ts';
import { decodeRendering } from '../../core/segment/rendering.ts';

/** As many days as one answer may have. */
const DAYS = 1_500;
const DAY_MS = 86_400_000;

/** Reads a running map's HTTP API as one audience. */
export class MapReader {
  readonly #base: string;
  readonly #audience: Audience;
  readonly #headers: Record<string, string>;

  /** @param url - the map's URL; @param token - the operator's token, for the operator audience */
  constructor(url: string, token?: string) {
    this.#base = url.replace(/\/$/, '');
    this.#audience = token === undefined ? 'public' : 'operator';
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  status(): Promise<StatusAnswer> {
    return this.#get(`/v1/status?audience=${this.#audience}`);
  }

  /** Every segment of every log, in order. */
  async renderings(): Promise<Rendering[]> {
    const { logs } = await this.status();
    const all: Rendering[] = [];
    for (const { shard } of logs) all.push(...(await this.#log(shard)));
    return all;
  }

  /** Every row of every log, in order. */
  async rows(): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for (const { table } of await this.renderings()) {
      for (let i = 0; i < table.length; i++) rows.push(readRow(table, i));
    }
    return rows;
  }

  /** Rows that the rollups of all days since 2005 tell. */
  async rolledUpRows(): Promise<number> {
    let rows = 0;
    for (let from = Date.UTC(2005, 0, 1); from < Date.now(); from += DAYS * DAY_MS) {
      const range = `from=${from}&to=${from + DAYS * DAY_MS}`;
      const answer = await this.#get<RollupsAnswer>(
        `/v1/rollups?audience=${this.#audience}&grain=day&${range}`,
      );
      rows += answer.total.rows;
    }
    return rows;
  }

  async #log(shard: string): Promise<Rendering[]> {
    const renderings: Rendering[] = [];
    let after = 0;
    for (;;) {
      const query = `audience=${this.#audience}&shard=${encodeURIComponent(shard)}&after=${after}`;
      const answer = await this.#get<SegmentsAnswer>(`/v1/segments?${query}&limit=100`);
      for (const part of answer.parts) {
        if (part.number !== after + 1) throw new Error(`log ${shard} has a hole after ${after}`);
        const rendering = decodeRendering(inflateRawSync(Buffer.from(part.body, 'base64')));
        if (!rendering.ok) throw new Error(`segment ${shard}/${part.number}: ${rendering.reason}`);
        renderings.push(rendering.value);
        after = part.number;
      }
      if (after >= answer.head) return renderings;
    }
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(this.#base + path, { headers: this.#headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}
