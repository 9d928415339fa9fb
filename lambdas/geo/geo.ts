import { resolve } from 'node:path';
import type { Place } from '../../core/event/table.ts';
import { type GeoFile, type Located, openGeoFile } from './geo-file.ts';
import { RecentMap } from './recent-map.ts';

/** Where addresses are. */
export interface Geo {
  /** Place of a 4 or 16 byte address given with its text; `unreadable` when that family's file is damaged or missing. */
  locate(address: Uint8Array, text: string): Located;
}

/** Paths of the .mmdb files, relative ones against `root`; both may be the same file. */
export interface GeoPaths {
  readonly root: string;
  readonly v4: string;
  readonly v6: string;
}

const CACHED_ADDRESSES = 65_536;

/** Opens both families' files. A file that cannot be used is told to `onError`, and its family is `unreadable`. */
export async function openGeo(paths: GeoPaths, onError: (error: unknown) => void): Promise<Geo> {
  const openOne = (path: string): Promise<GeoFile | undefined> =>
    openGeoFile(resolve(paths.root, path)).catch((error: unknown) => {
      onError(error);
      return undefined;
    });
  const v4 = openOne(paths.v4);
  const v6 = paths.v6 === paths.v4 ? v4 : openOne(paths.v6);
  return geoOf(await v4, await v6);
}

function geoOf(v4: GeoFile | undefined, v6: GeoFile | undefined): Geo {
  const recent = new RecentMap<string, Place | 'unknown'>(CACHED_ADDRESSES);
  return {
    locate: (address, text) => {
      const known = recent.get(text);
      if (known !== undefined) return known;
      // Each file answers the other family's addresses with rows that are wrong.
      const file = address.length === 4 ? v4 : v6;
      const located = file?.locate(text) ?? 'unreadable';
      if (located !== 'unreadable') recent.set(text, located);
      return located;
    },
  };
}
