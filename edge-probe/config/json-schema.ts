import { z } from 'zod';
import { settingsSchema } from './settings.ts';

/** The JSON Schema of the configuration file, as probe.schema.json publishes it. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(settingsSchema, { target: 'draft-07' });
  return { $schema, title: 'Configuration of a Skirmish probe', ...schema };
}
