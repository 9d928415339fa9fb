import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { SkirmishConfig } from './config.ts';
import type { FunctionCode } from './constructs/pipeline-function.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';

/** Names of the stacks. */
export const STACKS = { pipeline: 'SkirmishPipeline', site: 'SkirmishSite' } as const;

/** Behaviour of the CDK that newer apps have by default; in code, so that the CLI and `synthesize` agree. */
const FEATURE_FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  '@aws-cdk/aws-s3:createDefaultLoggingPolicy': true,
  '@aws-cdk/aws-cloudfront:defaultSecurityPolicyTLSv1.2_2021': true,
  '@aws-cdk/core:checkSecretUsage': true,
};

/** What makes one Skirmish app. */
export interface SkirmishAppOptions {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  /** Folder of the cloud assembly; the CDK's choice when left out. */
  readonly outdir?: string;
  /** Folder of the built site; without it there is no site stack. */
  readonly siteDir?: string;
}

/** The app with its stacks and checks, bound to no account and no region. */
export function skirmishApp(options: SkirmishAppOptions): App {
  const { config, code, outdir } = options;
  const app = new App({
    context: FEATURE_FLAGS,
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
  });
  new PipelineStack(app, STACKS.pipeline, { config, code });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return app;
}
