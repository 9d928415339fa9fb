import { fileURLToPath } from 'node:url';

/** Root folder of the repository, with a `/` at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
