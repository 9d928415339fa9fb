import { DIRECTION, EVENT_KIND, PROTOCOL } from '../../../../core/event/kinds.ts';
import type { RowColumns, TableColumns } from '../../../../core/event/row-columns.ts';
import type { Audience, Place, ProbeTag, Rendering } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';

/** One row in words; what is left out is an inbound SSH flow of 2 packets out and 1 in, seen by the probe `lyon`. */
export interface SaidRow extends Partial<Omit<Record<keyof RowColumns, number>, Worded>> {
  readonly kind?: number;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly detail?: string;
  readonly probe?: string;
  readonly boot?: string;
  readonly site?: string;
  readonly country?: string;
  /** Of the initiator's place. */
  readonly how?: Place['how'];
  readonly lat?: number;
  readonly asn?: number;
  readonly listed?: string;
  readonly direction?: TableColumns['direction'][number];
  readonly pair?: number;
  readonly folded?: number;
}
type Worded = 'initiator' | 'responder' | 'kind' | 'text' | 'detail' | 'history';

const NUMBERS = {
  kind: EVENT_KIND.whole,
  time: 1_000_000,
  protocol: PROTOCOL.tcp,
  initiatorPort: 40_000,
  responderPort: 22,
  packetsOut: 2,
  packetsIn: 1,
  bytesOut: 120,
  bytesIn: 60,
  service: 1,
  confidence: 60,
  direction: DIRECTION.inbound,
} as const;
/** Named by other means than numbers. */
const WORDS = new Set('from to text detail probe boot site country how lat asn listed'.split(' '));

/** A rendering of the rows. */
export function said(rows: readonly SaidRow[], audience: Audience = 'operator'): Rendering {
  const builder = new EventTableBuilder(Math.max(1, rows.length));
  for (const row of rows) add(builder, row);
  return {
    audience,
    table: builder.build(),
    withheld: 0,
    filtered: 0,
    databases: {},
    counters: {},
  };
}

function add(builder: EventTableBuilder, row: SaidRow): void {
  const i = builder.add();
  const { columns } = builder;
  const bare = row.from === '';
  for (const [name, value] of Object.entries({ ...(bare ? {} : NUMBERS), ...row })) {
    if (!WORDS.has(name)) columns[name as keyof TableColumns][i] = Number(value);
  }
  columns.tag[i] = builder.tag(tagOf(row));
  columns.text[i] = builder.text(row.text ?? '');
  columns.detail[i] = builder.text(row.detail ?? '');
  columns.initiator[i] = builder.endpoint({
    label: row.from ?? '203.0.113.9',
    place: builder.place({
      ...placeOf(row.country ?? 'BR'),
      how: row.how ?? 'geo',
      lat: row.lat ?? 1,
    }),
    home: false,
    system: builder.system({
      asn: row.asn ?? 0,
      organisation: row.asn === undefined ? '' : 'Example',
    }),
    listed: row.listed ?? '',
  });
  columns.responder[i] = builder.endpoint({
    label: row.to ?? '198.51.100.7',
    place: builder.place(placeOf('FR')),
    home: !bare,
  });
  if (bare) columns.direction[i] = DIRECTION.untold;
}

function tagOf({ probe = 'lyon', boot = '00112233445566aa', site = 'Lyon' }: SaidRow): ProbeTag {
  return { probe, boot, site, lat: 45.8, lon: 4.8, provenance: 0, sampling: 1, skewMs: 0 };
}

function placeOf(country: string): Place {
  return { how: 'geo', lat: 1, lon: 2, country, city: '', accuracyKm: 10 };
}
