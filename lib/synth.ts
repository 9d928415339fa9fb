import { skirmishApp } from './app.ts';
import { bundledCode } from './bundle.ts';
import type { SkirmishConfig } from './config.ts';
import { ROOT } from './paths.ts';

/** Synthesizes the pipeline with its built functions into `outdir`; answers the folder of the cloud assembly. */
export async function synthesize(outdir: string, config: SkirmishConfig): Promise<string> {
  const app = skirmishApp({ config, code: bundledCode(ROOT, config), outdir });
  return app.synth().directory;
}
