import { writeFileSync } from 'node:fs';
import { jsonSchema } from './json-schema.ts';

const FILE = new URL('./probe.schema.json', import.meta.url);

writeFileSync(FILE, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
