import { skirmishApp } from './app.ts';
import { bundledCode } from './bundle.ts';
import type { SkirmishConfig } from './config.ts';
import { ROOT } from './paths.ts';

/** What may be left out or in. */
export interface SynthesizeOptions {
  /** Folder of the built page; without it the assembly has the pipeline only. */
  readonly siteDir?: string;
  /** Run cdk-nag and CloudFormation's rules too; `cdk synth` and `cdk deploy` always do. */
  readonly checks?: boolean;
}

/** Synthesizes the app with its built functions into `outdir`; answers the folder of the cloud assembly. */
export async function synthesize(
  outdir: string,
  config: SkirmishConfig,
  options: SynthesizeOptions = {},
): Promise<string> {
  const { checks = false, ...rest } = options;
  const code = bundledCode(ROOT, config);
  return skirmishApp({ config, code, outdir, checks, ...rest }).synth().directory;
}
