import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventTableBuilder, MAX_TABLE_ROWS } from '../../../../core/event/table-builder.ts';
import { decodeRendering, encodeRendering } from '../../../../core/segment/rendering.ts';
import {
  expectMutationsContained,
  expectNoiseContained,
  expectRoundTrip,
  expectTruncationsRefused,
  SEED,
} from '../round-trip.ts';
import { anyRendering, saidOf } from '../samples.ts';

const codec = { encode: encodeRendering, decode: decodeRendering, view: saidOf };
const some = fc.sample(anyRendering, { seed: SEED, numRuns: 8 });

function renderingOf(rows: number) {
  const builder = new EventTableBuilder(rows);
  builder.tag({
    probe: 'p',
    boot: '00112233445566aa',
    site: 's',
    lat: 0,
    lon: 0,
    provenance: 0,
    sampling: 1,
  });
  const place = builder.place({
    how: 'unknown',
    lat: Number.NaN,
    lon: -0,
    country: '',
    city: '',
    accuracyKm: 0,
  });
  builder.endpoint({ label: '192.0.2.1', place, home: false });
  for (let i = 0; i < rows; i++) builder.add();
  return {
    audience: 'operator',
    table: builder.build(),
    withheld: 0,
    filtered: 0,
    databases: {},
    counters: {},
  } as const;
}

describe('rendering codec', () => {
  it('gives back every field of any rendering', () => {
    fc.assert(
      fc.property(anyRendering, (rendering) => expectRoundTrip(codec, rendering)),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('names sixteen lists beside the databases of places and systems', () => {
    const names = Array.from({ length: 19 }, (_, i): [string, string] => [`${i}`, '2026-11-21']);
    const databases = Object.fromEntries(names);

    const decoded = decodeRendering(encodeRendering({ ...renderingOf(1), databases }));

    expect(decoded.ok && decoded.value.databases).toEqual(databases);
  });

  it('refuses bytes cut at any length', () => {
    for (const rendering of some) expectTruncationsRefused(codec, rendering);
  });

  it('never throws on changed bytes', () => {
    for (const rendering of some.slice(0, 4)) expectMutationsContained(codec, rendering);
    expectNoiseContained(codec, [2, 0, 0, 0, 3, 2, 1, 1, 0]);
  });

  it('refuses another version', () => {
    expect(decodeRendering(Uint8Array.of(9, 0, 0))).toMatchObject({ reason: 'bad-version' });
  });

  it('refuses an unknown audience', () => {
    const bytes = encodeRendering(renderingOf(1));
    bytes[1] = 2;

    expect(decodeRendering(bytes)).toMatchObject({ reason: 'bad-value' });
  });

  it('holds the rows of the largest segment and not one more', () => {
    expect(decodeRendering(encodeRendering(renderingOf(MAX_TABLE_ROWS))).ok).toBe(true);
    expect(decodeRendering(encodeRendering(renderingOf(MAX_TABLE_ROWS + 1))).ok).toBe(false);
  });

  it('turns coordinates that are no numbers into plain zeros', () => {
    const decoded = decodeRendering(encodeRendering(renderingOf(1)));

    const place = decoded.ok ? decoded.value.table.places[0] : undefined;
    expect(Object.is(place?.lat, 0) && Object.is(place?.lon, 0)).toBe(true);
  });

  it('refuses rows whose tag is not in the dictionary', () => {
    const rendering = renderingOf(1);

    const bytes = encodeRendering({ ...rendering, table: { ...rendering.table, tags: [] } });

    expect(decodeRendering(bytes)).toMatchObject({ reason: 'bad-value' });
  });
});
