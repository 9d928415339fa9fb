import type { Networks } from '../../core/redact/network.ts';
import type { Result } from '../../core/result.ts';

/** A registered probe. */
export interface Sensor {
  readonly probe: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  readonly home: Networks;
  readonly revoked: boolean;
}

/** Why there is no sensor to a probe id. */
export type SensorError = 'unknown-probe' | 'bad-registration';

/** Who may send. */
export interface Registry {
  /** The sensor of a probe id. Throws when the registry cannot be read. */
  sensor(probe: string): Promise<Result<Sensor, SensorError>>;
  /**
   * The networks of which the public is told nothing, whichever sensor sees them: the home networks of all sensors,
   * at least as wide as what the public is told of an address. Throws when the registry cannot be read.
   */
  homes(): Promise<Networks>;
}

const FRESH_MS = 30_000;
/** Who is not known may be enrolled at any moment, and is refused until then, ms. */
const UNKNOWN_MS = 5_000;
const MAX_CACHED = 2_000;

/** Asks the registry at most once in 30 s for each probe id and for all homes, in 5 s for ids it does not know. */
export function cachedRegistry(registry: Registry, now: () => number): Registry {
  const cache = new Map<
    string,
    { readonly at: number; readonly found: Result<Sensor, SensorError> }
  >();
  let homes: { readonly at: number; readonly networks: Networks } | undefined;
  return {
    sensor: async (probe) => {
      const known = cache.get(probe);
      const freshMs = known?.found.ok ? FRESH_MS : UNKNOWN_MS;
      if (known !== undefined && now() - known.at < freshMs) return known.found;
      const found = await registry.sensor(probe);
      // Forged ids must not fill the memory.
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(probe, { at: now(), found });
      return found;
    },
    homes: async () => {
      if (homes === undefined || now() - homes.at >= FRESH_MS) {
        homes = { at: now(), networks: await registry.homes() };
      }
      return homes.networks;
    },
  };
}
