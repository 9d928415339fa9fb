import { SERVICES } from '../../../../core/classify/services.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { EventTable, Rendering } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';

/** What a test says about a row; the rest is an SSH connection from Paris to a sensor in Frankfurt. */
export interface RowPart {
  readonly kind?: keyof typeof EVENT_KIND;
  readonly time?: number;
  readonly source?: string;
  readonly country?: string;
  readonly service?: string;
  readonly flow?: number;
  readonly packets?: number;
  readonly located?: boolean;
  readonly provenance?: 0 | 1 | 2;
  readonly state?: number;
  readonly sampling?: number;
  /** False: the row names only its flow. */
  readonly told?: boolean;
  readonly behaviour?: number;
  readonly evidence?: number;
  /** Further rows folded into it. */
  readonly folded?: number;
}

/** A table of rows. */
export function tableOf(rows: readonly RowPart[]): EventTable {
  const builder = new EventTableBuilder(Math.max(1, rows.length));
  for (const part of rows) addRow(builder, part);
  return builder.build();
}

/** A public rendering of rows. */
export function renderingOf(rows: readonly RowPart[]): Rendering {
  return {
    audience: 'public',
    table: tableOf(rows),
    withheld: 0,
    filtered: 0,
    databases: {},
    counters: {},
  };
}

const UNKNOWN = { lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };

function addRow(builder: EventTableBuilder, part: RowPart): void {
  const { columns } = builder;
  const row = builder.add();
  const place = builder.place({
    how: part.located === false ? 'unknown' : 'geo',
    lat: 48.9,
    lon: 2.4,
    country: part.country ?? 'FR',
    city: 'Paris',
    accuracyKm: 0,
  });
  const site = builder.place({
    how: 'site',
    lat: 50.1,
    lon: 8.7,
    country: '',
    city: '',
    accuracyKm: 0,
  });
  columns.kind[row] = EVENT_KIND[part.kind ?? 'whole'];
  columns.time[row] = part.time ?? 1_000;
  columns.tag[row] = builder.tag({
    probe: '',
    boot: '00112233445566aa',
    site: 'Frankfurt',
    lat: 50.1,
    lon: 8.7,
    provenance: part.provenance ?? 0,
    sampling: part.sampling ?? 1,
  });
  columns.flow[row] = part.flow ?? row + 1;
  columns.initiator[row] = builder.endpoint({
    label: part.source ?? '203.0.113.0/24',
    place,
    home: false,
  });
  columns.responder[row] = builder.endpoint({ label: 'Frankfurt', place: site, home: true });
  if (part.told === false) {
    const nowhere = builder.place({ ...UNKNOWN, how: 'unknown' });
    const nobody = builder.endpoint({ label: '', place: nowhere, home: false });
    columns.initiator[row] = nobody;
    columns.responder[row] = nobody;
  }
  columns.behaviour[row] = part.behaviour ?? 0;
  columns.evidence[row] = part.evidence ?? 0;
  columns.folded[row] = part.folded ?? 0;
  columns.protocol[row] = 6;
  columns.packetsOut[row] = part.packets ?? 3;
  columns.bytesOut[row] = 100;
  columns.state[row] = part.state ?? 0;
  columns.service[row] = SERVICES.findIndex((service) => service.name === (part.service ?? 'ssh'));
}
