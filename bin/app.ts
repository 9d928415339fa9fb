import { join } from 'node:path';
import { skirmishApp } from '../lib/app.ts';
import { bundledCode } from '../lib/bundle.ts';
import { CONFIG_FILE, readConfig } from '../lib/config.ts';
import { ROOT } from '../lib/paths.ts';

const config = readConfig(join(ROOT, CONFIG_FILE));
const siteDir = join(ROOT, 'web/dist');
skirmishApp({ config, code: bundledCode(ROOT, config), siteDir, checks: true }).synth();
