import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { SkirmishConfig } from './config.ts';
import type { FunctionCode } from './constructs/pipeline-function.ts';
import { STACKS } from './stack-names.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';
import { SiteStack } from './stacks/site-stack.ts';

/** Behaviour of the CDK that newer apps have by default; in code, so that the CLI and tests agree. */
const FEATURE_FLAGS = {
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  '@aws-cdk/aws-s3:createDefaultLoggingPolicy': true,
  '@aws-cdk/aws-cloudfront:defaultSecurityPolicyTLSv1.2_2021': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};

/** What makes one Skirmish app. */
export interface SkirmishAppOptions {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  /** Folder of the built page; without it there is no site stack. */
  readonly siteDir?: string;
  /** Folder of the cloud assembly; the CDK's choice when left out. */
  readonly outdir?: string;
  /** Look for mistakes with cdk-nag and CloudFormation's rules, which takes about two seconds; an error stops synth. */
  readonly checks: boolean;
}

/** The app with its stacks and checks, bound to no account and no region. */
export function skirmishApp(options: SkirmishAppOptions): App {
  const { config, code, siteDir, outdir, checks } = options;
  const app = new App({
    context: FEATURE_FLAGS,
    analyticsReporting: false,
    builtinCloudFormationValidation: checks,
    stackTraces: checks,
    ...(outdir === undefined ? {} : { outdir }),
  });
  const pipeline = new PipelineStack(app, STACKS.pipeline, { config, code });
  if (siteDir !== undefined) new SiteStack(app, STACKS.site, { config, siteDir, pipeline });
  if (checks) {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  }
  return app;
}
