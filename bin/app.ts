import { join } from 'node:path';
import { skirmishApp } from '../lib/app.ts';
import { bundledCode } from '../lib/bundle.ts';
import { CONFIG_FILE, readConfig } from '../lib/config.ts';
import { ROOT } from '../lib/paths.ts';

const config = readConfig(join(ROOT, CONFIG_FILE));
const siteDir = join(ROOT, 'web/dist');
// The CDK's own switch for its validation: whoever runs the template again and again has no time for it.
const checks = process.env['CDK_VALIDATION'] !== 'false';
skirmishApp({ config, code: bundledCode(ROOT, config), siteDir, checks }).synth();
