import type { Networks } from '../../core/redact/network.ts';
import type { Point } from '../../core/redact/policy.ts';
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
  /** What redaction must know of all sensors. Throws when the registry cannot be read. */
  all(): Promise<AllSensors>;
}

/** What the public may or may not be told of, whichever sensor sees it. */
export interface AllSensors {
  /** The home networks of all sensors, at least as wide as what the public is told of an address. */
  readonly homes: Networks;
  readonly sensors: number;
  /** By probe: where it is shown in public because its operator said so. */
  readonly shownAt: ReadonlyMap<string, Point>;
}

const FRESH_MS = 30_000;
/** Who is not known may be enrolled at any moment, and is refused until then, ms. */
const UNKNOWN_MS = 5_000;
const MAX_CACHED = 2_000;

/**
 * Asks the registry at most once in 30 s for each probe id and for all sensors, in 5 s for ids it does not know. What is
 * known of all sensors is never older than what is known of one that was enrolled, or enrolled again, since.
 */
export function cachedRegistry(registry: Registry, now: () => number): Registry {
  const cache = new Map<
    string,
    { readonly at: number; readonly found: Result<Sensor, SensorError> }
  >();
  let changes = 0;
  let known: { readonly at: number; readonly all: AllSensors } | undefined;
  return {
    sensor: async (probe) => {
      const held = cache.get(probe);
      const freshMs = held?.found.ok ? FRESH_MS : UNKNOWN_MS;
      if (held !== undefined && now() - held.at < freshMs) return held.found;
      const found = await registry.sensor(probe);
      // Its homes must be hidden, and it must be shown where its operator wants it, from its first row on.
      if (found.ok && !isSame(found.value, held?.found)) {
        known = undefined;
        changes++;
      }
      // Forged ids must not fill the memory.
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(probe, { at: now(), found });
      return found;
    },
    all: async () => {
      if (known !== undefined && now() - known.at < FRESH_MS) return known.all;
      const [at, enrolments] = [now(), changes];
      const all = await registry.all();
      if (changes === enrolments) known = { at, all };
      return all;
    },
  };
}

/** Every enrolment makes a key of its own. */
function isSame({ key }: Sensor, held: Result<Sensor, SensorError> | undefined): boolean {
  return held?.ok === true && held.value.key.every((byte, i) => byte === key[i]);
}
