import { CSV_HEADER, csvLine } from './csv.ts';
import { ecsEvent } from './ecs.ts';
import { eveEvent } from './eve.ts';
import { nativeEvent } from './native.ts';
import { ocsfEvent } from './ocsf.ts';
import type { JsonObject } from './parts.ts';
import type { EventRecord } from './record.ts';

/** A way to write events, one a line. */
export interface EventFormat {
  readonly mediaType: string;
  /** What comes before the first event of a file. */
  readonly header: string;
  /** A record as a line, its end included; undefined where the format has no form for what the record tells. */
  line(record: EventRecord): string | undefined;
}

/** Names of the formats. */
export const FORMAT_NAMES = ['native', 'ecs', 'ocsf', 'eve', 'csv'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** Every format by its name. */
export const FORMATS: Readonly<Record<FormatName, EventFormat>> = {
  native: ndjson(nativeEvent),
  ecs: ndjson(ecsEvent),
  ocsf: ndjson(ocsfEvent),
  eve: ndjson(eveEvent),
  csv: { mediaType: 'text/csv', header: CSV_HEADER, line: csvLine },
};

function ndjson(event: (record: EventRecord) => JsonObject | undefined): EventFormat {
  return {
    mediaType: 'application/x-ndjson',
    header: '',
    line: (record) => {
      const object = event(record);
      return object === undefined ? undefined : `${JSON.stringify(object)}\n`;
    },
  };
}
