import { z } from 'zod';
import {
  CAPTURE_OPTIONS,
  IMPORT_OPTIONS,
  RECORD_OPTIONS,
  WATCH_OPTIONS,
} from './capture-options.ts';
import { METERING_OPTIONS, REPLAY_OPTIONS, SIMULATE_OPTIONS } from './metering-options.ts';
import type { Option } from './option.ts';
import { RELAY_OPTIONS, SHIPPING_OPTIONS, TELLING_OPTIONS } from './shipping-options.ts';

/** Every option by its key in the configuration file, in the order of the help. */
export const OPTIONS = {
  ...CAPTURE_OPTIONS,
  ...RECORD_OPTIONS,
  ...WATCH_OPTIONS,
  ...IMPORT_OPTIONS,
  ...REPLAY_OPTIONS,
  ...SIMULATE_OPTIONS,
  ...METERING_OPTIONS,
  ...RELAY_OPTIONS,
  ...SHIPPING_OPTIONS,
  ...TELLING_OPTIONS,
} as const;

export type OptionKey = keyof typeof OPTIONS;

/** What was said, by flag, variable or file; what was not is left out. */
export type Settings = {
  readonly [K in OptionKey]?: z.output<(typeof OPTIONS)[K]['schema']> | undefined;
};

/** Every key with its option. */
export const OPTION_LIST = Object.entries(OPTIONS) as readonly (readonly [OptionKey, Option])[];

/** The flag of a key, without its dashes. */
export function flagOf(key: OptionKey): string {
  const option: Option = OPTIONS[key];
  return option.flag ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The variable of a key. */
export function variableOf(key: OptionKey): string {
  return `SKIRMISH_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Keys that a file cannot hold: it cannot name itself. */
const NOT_IN_FILES: readonly string[] = ['config'] satisfies readonly OptionKey[];

/** What a configuration file may hold. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors: where this schema is'),
  ...Object.fromEntries(
    OPTION_LIST.filter(([key]) => !NOT_IN_FILES.includes(key)).map(([key, option]) => [
      key,
      described(option).optional(),
    ]),
  ),
});

/** Keys that a file may hold. */
export const FILE_KEYS: readonly string[] = Object.keys(settingsSchema.shape);

function described({ schema, says, otherwise }: Option): z.ZodType {
  return schema.meta({
    description: says,
    ...(otherwise === undefined ? {} : { default: otherwise }),
  });
}
