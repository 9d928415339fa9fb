import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import type { SkirmishConfig } from './config.ts';
import type { FunctionCode, FunctionName } from './constructs/pipeline-function.ts';
import { addEnrichment } from './enrichment.ts';

/** The SDK's CommonJS parts call require at load time, which an ES module does not have. */
const REQUIRE_BANNER =
  "import { createRequire as skirmishRequire } from 'node:module'; const require = skirmishRequire(import.meta.url);";

/** Code of the functions, bundled by esbuild on this machine; wrangle's has its databases and lists beside it. */
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
            if (name === 'wrangle') addEnrichment(root, config, outputDir);
            return true;
          },
        },
      },
    });
}

/** Bundles a function's code into a folder. */
export function bundleFunction(root: string, name: FunctionName, outputDir: string): void {
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
