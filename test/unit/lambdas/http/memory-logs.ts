import type { EventTable, Rendering } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import type { SegmentPart } from '../../../../core/frame/messages.ts';
import type { LogHead } from '../../../../core/segment/head.ts';
import type { LogList } from '../../../../lambdas/aws/log-list.ts';
import type { PartsQuery, SegmentReader } from '../../../../lambdas/aws/segment-reader.ts';
import { closeBody } from '../../../../lambdas/segment-body.ts';
import { NOW } from '../batches.ts';

/** What a test wants of a row; all else is that of an SSH connection to a home host. */
export interface RowWish {
  readonly time?: number;
  readonly kind?: number;
  readonly from?: string;
  readonly to?: string;
  readonly flow?: number;
  readonly columns?: Readonly<Partial<Record<keyof EventTableBuilder['columns'], number>>>;
  readonly text?: string;
}

/** The operator's table of rows; home hosts are those of 198.51.100.0/24. */
export function tableOf(rows: readonly RowWish[], audience = 'operator'): EventTable {
  const builder = new EventTableBuilder(rows.length);
  const place = builder.place({
    ...{ how: 'geo', lat: 52.3759, lon: 4.8975, country: 'NL', city: 'Amsterdam', accuracyKm: 20 },
  });
  const system = builder.system({ asn: 64_496, organisation: 'Example Networks' });
  const tag = builder.tag({
    probe: audience === 'operator' ? 'frankfurt' : '',
    ...{ boot: '00112233445566aa', site: 'Frankfurt', lat: 50.11, lon: 8.68 },
    ...{ provenance: 0, sampling: 1 },
  });
  const end = (address: string): number => {
    const home = address.startsWith('198.51.100.');
    const label =
      audience === 'operator' ? address : home ? 'Frankfurt' : address.replace(/\d+$/, '0/24');
    return builder.endpoint({ label, place, home, system: home ? 0 : system });
  };
  for (const [n, wish] of rows.entries()) {
    const i = builder.add();
    const told = {
      ...{ kind: 3, time: NOW - 1_000, flow: n + 1, protocol: 6, state: 3, service: 1 },
      ...{ initiatorPort: 50_000, responderPort: 22, packetsOut: 4, packetsIn: 3 },
      ...{ bytesOut: 400, bytesIn: 300, method: 1, confidence: 60, tag },
    };
    for (const [name, value] of Object.entries({ ...told, ...definedOf(wish), ...wish.columns })) {
      builder.columns[name as keyof typeof told][i] = value;
    }
    builder.columns.initiator[i] = end(wish.from ?? '203.0.113.9');
    builder.columns.responder[i] = end(wish.to ?? '198.51.100.7');
    builder.columns.text[i] = builder.text(audience === 'operator' ? (wish.text ?? '') : '');
  }
  return builder.build();
}

function definedOf({ time, kind, flow }: RowWish): Readonly<Record<string, number>> {
  const entries = Object.entries({ time, kind, flow });
  return Object.fromEntries(entries.filter((entry) => entry[1] !== undefined)) as never;
}

interface Kept {
  readonly number: number;
  readonly createdAt: number;
  readonly rows: readonly RowWish[];
}

/** Logs in memory whose segments hold the rows that a test wishes. */
export class MemoryLogs {
  readonly #logs = new Map<string, Kept[]>();
  readonly #bodies = new Map<string, string>();
  /** Calls that read parts. */
  reads = 0;

  /** Appends a segment; its number is the next. */
  append(shard: string, createdAt: number, rows: readonly RowWish[]): void {
    const log = this.#logs.get(shard) ?? [];
    log.push({ number: (log.at(-1)?.number ?? 0) + 1, createdAt, rows });
    this.#logs.set(shard, log);
  }

  /** Forgets segments, as the table's time to live does. */
  expire(shard: string, through: number): void {
    const log = this.#logs.get(shard) ?? [];
    this.#logs.set(
      shard,
      log.filter(({ number }) => number > through),
    );
  }

  readonly reader: SegmentReader = {
    head: async (shard, upTo = Number.POSITIVE_INFINITY) =>
      headOf(
        shard,
        this.#logs.get(shard)?.findLast(({ number }) => number <= upTo),
      ),
    oldest: async (shard) => this.#logs.get(shard)?.[0]?.number,
    createdAt: async (shard, number) =>
      this.#logs.get(shard)?.find((kept) => kept.number === number)?.createdAt,
    after: async (query, number) =>
      this.#within(
        query,
        (this.#logs.get(query.shard) ?? []).filter((kept) => kept.number > number),
      ),
    newest: async (query, since) =>
      this.#within(
        query,
        (this.#logs.get(query.shard) ?? []).filter((kept) => kept.createdAt >= since).toReversed(),
      ),
    before: async (query, number) =>
      this.#within(
        query,
        (this.#logs.get(query.shard) ?? []).filter((kept) => kept.number < number).toReversed(),
      ),
  };

  readonly list: LogList = {
    shards: async () => [...this.#logs.keys()].sort(),
    note: async () => {},
    noted: async () => 0,
  };

  #within({ shard, audience, limit, bytes }: PartsQuery, kept: readonly Kept[]): SegmentPart[] {
    this.reads++;
    const parts: SegmentPart[] = [];
    let size = 0;
    for (const { number, createdAt, rows } of kept.slice(0, limit)) {
      const body = this.#body(`${shard} ${number} ${audience}`, rows, audience);
      size += body.length;
      if (parts.length > 0 && size > bytes) break;
      parts.push({ shard, number, createdAt, body });
    }
    return parts;
  }

  #body(key: string, rows: readonly RowWish[], audience: Rendering['audience']): string {
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const table = tableOf(rows, audience);
    const databases = { 'city-ipv4': '2026-06-05' };
    const rendering = { audience, table, withheld: 0, filtered: 0, databases, counters: {} };
    const body = Buffer.from(closeBody(rendering)).toString('base64');
    this.#bodies.set(key, body);
    return body;
  }
}

function headOf(shard: string, newest: Kept | undefined): LogHead | undefined {
  if (newest === undefined) return undefined;
  const { number, createdAt, rows } = newest;
  return {
    ...{ shard, number, createdAt, events: rows.length, windows: {}, through: '1' },
    counters: { bomb: 1 },
    totals: { since: NOW - 60_000, batches: number, events: 500, counters: { bomb: 2 } },
    sensors: {
      frankfurt: {
        site: 'Frankfurt',
        provenance: 0,
        at: createdAt,
        batches: number,
        events: 500,
        missing: 0,
        lost: 0,
      },
    },
  };
}
