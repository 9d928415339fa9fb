import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiDocument } from './routes.ts';

const file = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(apiDocument(), undefined, 2)}\n`);
