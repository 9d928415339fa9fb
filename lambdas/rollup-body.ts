import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { fail, type Result } from '../core/result.ts';
import {
  decodeRollup,
  encodeRollup,
  type Section,
  type SectionError,
} from '../core/rollup/codec.ts';
import type { Rollup } from '../core/rollup/rollup.ts';

/** Sections of a rollup as they are stored: each deflated (raw) by itself. */
export type RollupBody = ReadonlyMap<Section, Uint8Array>;

/** No section of a rollup is larger, inflated. */
const MAX_INFLATED = 4 * 1024 * 1024;

/** The rollup in those of its stored sections that were read. Never throws. */
export function openRollup(body: RollupBody): Result<Rollup, SectionError | 'bad-compression'> {
  const sections = new Map<Section, Uint8Array>();
  for (const [section, bytes] of body) {
    try {
      sections.set(section, inflateRawSync(bytes, { maxOutputLength: MAX_INFLATED }));
    } catch (error) {
      return fail('bad-compression', `${section}: ${(error as Error).message}`);
    }
  }
  return decodeRollup(sections);
}

/** The stored sections of a rollup. */
export function closeRollup(rollup: Rollup): RollupBody {
  const sections = [...encodeRollup(rollup)];
  return new Map(sections.map(([section, bytes]) => [section, deflateRawSync(bytes)]));
}
