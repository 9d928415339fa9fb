import { resolve } from 'node:path';
import type { System } from '../../core/event/table.ts';
import { type Located, type PlaceFile, placeFileOf } from './place-file.ts';
import { type SystemFile, systemFileOf } from './system-file.ts';
import { WatchedFile } from './watched-file.ts';

/** Where addresses are. */
export interface Geo {
  /**
   * What is known of a 4 or 16 byte address given with its text; `unreadable` when that family's file is damaged or
   * missing.
   */
  locate(address: Uint8Array, text: string): Located;
}

/** Who announces addresses. */
export interface Systems {
  /** System of a 4 or 16 byte address given with its text, undefined when it is not known. */
  find(address: Uint8Array, text: string): System | undefined;
}

/** Paths of the databases, relative ones against `root`. Both families may be in one file. */
export interface GeoPaths {
  readonly root: string;
  readonly v4: string;
  readonly v6: string;
  /** A compiled table or an .mmdb file; none when left out. */
  readonly asn?: string;
}

/** What a look at the databases' files found. */
export interface GeoRefreshed {
  readonly replaced: number;
  /** Files that cannot be used; what they were before stays in use. */
  readonly broken: number;
}

/** The databases of places and systems, which may be replaced while they are in use. */
export class GeoDatabases implements Geo, Systems {
  readonly #v4: WatchedFile<PlaceFile>;
  readonly #v6: WatchedFile<PlaceFile>;
  readonly #asn: WatchedFile<SystemFile> | undefined;

  constructor({ root, v4, v6, asn }: GeoPaths, onError: (error: unknown) => void) {
    this.#v4 = placesAt(resolve(root, v4), onError);
    this.#v6 = v6 === v4 ? this.#v4 : placesAt(resolve(root, v6), onError);
    this.#asn = asn === undefined ? undefined : systemsAt(resolve(root, asn), onError);
  }

  /** Opens files that are new or were replaced. Never throws. */
  async refresh(): Promise<GeoRefreshed> {
    const files = new Set([this.#v4, this.#v6, ...(this.#asn === undefined ? [] : [this.#asn])]);
    const found = await Promise.all([...files].map((file) => file.refresh()));
    const number = (what: string): number => found.filter((one) => one === what).length;
    return { replaced: number('replaced'), broken: number('broken') };
  }

  locate(address: Uint8Array, text: string): Located {
    // Each file answers the other family's addresses with rows that are wrong.
    const file = address.length === 4 ? this.#v4 : this.#v6;
    return file.value?.locate(address, text) ?? 'unreadable';
  }

  find(address: Uint8Array, text: string): System | undefined {
    return this.#asn?.value?.find(address, text);
  }

  /** Day of each database that is in use, by its name. */
  dates(): Readonly<Record<string, string>> {
    const files = { 'city-ipv4': this.#v4, 'city-ipv6': this.#v6, asn: this.#asn };
    return Object.fromEntries(
      Object.entries(files).flatMap(([name, file]) =>
        file?.value === undefined ? [] : [[name, file.value.date]],
      ),
    );
  }
}

/** Opens the databases. What cannot be used is told to `onError`, and all that it would know is unknown. */
export async function openGeo(
  paths: GeoPaths,
  onError: (error: unknown) => void,
): Promise<GeoDatabases> {
  const databases = new GeoDatabases(paths, onError);
  await databases.refresh();
  return databases;
}

function placesAt(path: string, onError: (error: unknown) => void): WatchedFile<PlaceFile> {
  return new WatchedFile(path, {
    open: placeFileOf,
    onError: (cause) => {
      const advice = 'put a GeoIP2, GeoLite2 or DB-IP City .mmdb file there';
      onError(new Error(`The geo database ${path} cannot be used (${why(cause)}): ${advice}.`));
    },
  });
}

function systemsAt(path: string, onError: (error: unknown) => void): WatchedFile<SystemFile> {
  return new WatchedFile(path, {
    open: systemFileOf,
    onError: (cause) => {
      const advice = 'put the table that a build makes, or a GeoLite2 ASN .mmdb file, there';
      onError(new Error(`The AS database ${path} cannot be used (${why(cause)}): ${advice}.`));
    },
  });
}

function why(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
