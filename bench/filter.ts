/** `npm run bench:filter`: rows a second that filters look at, in tables like a segment's, each met for the first time; and bytes of frames. */
import type { EventTable, Rendering } from '../core/event/table.ts';
import { EventTableBuilder } from '../core/event/table-builder.ts';
import { compileFilter } from '../core/filter/compile.ts';
import { filterRendering } from '../core/filter/filter-rendering.ts';
import { parseFilter } from '../core/filter/parse.ts';
import { digestRendering } from '../core/frame/digest.ts';
import { LIMITS } from '../core/limits.ts';
import { packFrames } from '../lambdas/fanout/frames.ts';
import { closeBody } from '../lambdas/segment-body.ts';

/** Goal, rows a second. */
const GOAL = 20e6;
const TABLES = 16;
const ROUND_MS = 400;
const ROUNDS = 5;
/** As lib/config.ts has it by itself. */
const FRAME_ROWS = 300;

const FILTERS: readonly (readonly [name: string, text: string])[] = [
  ['one country', 'country:CN'],
  ['one service', 'class:ssh'],
  ['port range', 'port:22..2323'],
  ['source network', 'src:203.0.113.0/24'],
  ['text', '"hetzner"'],
  ['severity', 'severity>=high'],
  ['typical', 'country:CN class:ssh'],
  ['typical, wider', 'class:remote-shell,database -as:15169 confidence>=0.5'],
  [
    'whole language',
    'country:CN class:ssh port:22..2323 -as:15169 src:203.0.113.0/24 sensor:athens confidence>=0.8 "campaign"',
  ],
  ['nested', '(country:CN,RU or as:4134) -(service:dns or (proto:udp bytes<1kb)) severity>=low'],
];

/** Rows of a segment on a busy sensor: sources by a power law, so that few make most rows. */
function segment(
  random: () => number,
  audience: 'operator' | 'public',
  rows: number = LIMITS.segmentEvents,
): EventTable {
  const builder = new EventTableBuilder(rows);
  const { columns } = builder;
  const sites = ['Athens', 'Frankfurt', 'São Paulo'].map((site) =>
    builder.tag({
      ...{ probe: audience === 'public' ? '' : `${site}-1`, boot: '00112233445566aa', site },
      ...{ lat: 1, lon: 2, provenance: 0, sampling: 1 },
    }),
  );
  const home = builder.place({ how: 'site', lat: 1, lon: 2, country: '', city: '', accuracyKm: 0 });
  for (let i = 0; i < rows; i++) {
    const row = builder.add();
    const rank = Math.floor(1_500 * random() ** 2);
    const last = audience === 'public' ? '0/24' : String(rank % 250);
    const country = ['CN', 'US', 'RU', 'NL', 'BR', 'VN', 'DE', 'IN'][rank % 8] as string;
    columns.initiator[row] = builder.endpoint({
      label: `${1 + (rank % 200)}.${rank % 256}.${(rank * 7) % 256}.${last}`,
      home: false,
      place: builder.place({
        how: 'geo',
        lat: rank % 60,
        lon: rank % 90,
        country,
        city: `City ${rank % 300}`,
        accuracyKm: 0,
      }),
      system: builder.system({
        asn: 4_000 + (rank % 400),
        organisation: `Organisation ${rank % 400} GmbH`,
      }),
      marks: rank % 5 === 0 ? 1 : 0,
      listed: rank % 97 === 0 ? 'Feodo tracker' : '',
    });
    columns.responder[row] = builder.endpoint({
      label: `198.51.100.${rank % 16}`,
      place: home,
      home: true,
    });
    columns.tag[row] = sites[rank % 3] as number;
    columns.kind[row] = random() < 0.7 ? 3 : Math.floor(random() * 3);
    columns.protocol[row] = random() < 0.9 ? 6 : 17;
    columns.service[row] = Math.floor(60 * random() ** 3);
    columns.responderPort[row] = [22, 23, 80, 443, 445, 3389][Math.floor(random() * 6)] as number;
    columns.initiatorPort[row] = 1_024 + Math.floor(random() * 60_000);
    columns.confidence[row] = [20, 40, 60, 95][Math.floor(random() * 4)] as number;
    columns.state[row] = Math.floor(random() * 5);
    columns.bytesOut[row] = Math.floor(random() * 2_000);
    columns.packetsOut[row] = 1 + Math.floor(random() * 6);
  }
  return builder.build();
}

/** Numbers from 0 to 1, the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Bytes of one tick's frame to a public viewer, as it is stored and as a digest. */
function printFrames(random: () => number): void {
  for (const rows of [100, 1_000, 4_000]) {
    const table = segment(random, 'public', rows);
    table.time.set(Float64Array.from(table.time, (_, i) => 1_700_000_000_000 + (i * 1_000) / rows));
    table.flow.set(Uint32Array.from(table.flow, (_, i) => i + 1));
    const whole = {
      ...({ audience: 'public', table, withheld: 0, filtered: 0 } as const),
      databases: {},
      counters: {},
    };
    const bytesOf = (rendering: Rendering): number => {
      const body = Buffer.from(closeBody(rendering)).toString('base64');
      const part = { shard: 'shardId-000000000000', number: 1, createdAt: 1_700_000_000_000, body };
      return JSON.stringify(packFrames([part], { at: 1_700_000_000_000 })).length;
    };
    const digest = digestRendering(whole, FRAME_ROWS);
    console.log(
      `frame of ${rows} rows: ${bytesOf(whole)} bytes whole, ${bytesOf(digest)} as a digest of ${digest.table.length} rows`,
    );
  }
}

/** Rows a second of a piece of work done on every table, the best of some rounds. */
function measure(tables: readonly EventTable[], run: (table: EventTable) => void): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let rows = 0;
    const from = performance.now();
    while (performance.now() - from < ROUND_MS / ROUNDS) {
      // A copy of the object is a table that no filter has met yet.
      for (const table of tables) run({ ...table });
      rows += tables.length * LIMITS.segmentEvents;
    }
    best = Math.max(best, rows / ((performance.now() - from) / 1_000));
  }
  return best;
}

function main(): void {
  const random = randomFrom(7);
  const audiences = ['operator', 'public'] as const;
  const tables = audiences.map((audience) =>
    Array.from({ length: TABLES }, () => segment(random, audience)),
  );
  const first = tables[0]?.[0] as EventTable;
  console.log(
    `${TABLES} tables of ${first.length} rows, ${first.endpoints.length} endpoints and ${first.places.length} places each; million rows/s, each table new to the filter; goal ${GOAL / 1e6}`,
  );
  let least = Number.POSITIVE_INFINITY;
  for (const [name, text] of FILTERS) {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(`${text}: ${parsed.detail}`);
    const filter = compileFilter(parsed.value);
    const speeds = tables.map((some) => measure(some, (table) => filter.match(table)));
    if (name.startsWith('typical')) least = Math.min(least, ...speeds);
    const narrowed = measure(tables[1] as EventTable[], (table) => {
      filterRendering(
        { audience: 'public', table, withheld: 0, filtered: 0, databases: {}, counters: {} },
        filter,
      );
    });
    const said = [...speeds, narrowed].map((speed) => (speed / 1e6).toFixed(1).padStart(8));
    console.log(
      `${name.padEnd(16)} operator ${said[0]}  public ${said[1]}  with the rendering made ${said[2]}  ${text}`,
    );
  }
  console.log(`least of the typical ones: ${(least / 1e6).toFixed(1)} million rows/s`);
  printFrames(random);
  process.exitCode = least >= GOAL ? 0 : 1;
}

main();
