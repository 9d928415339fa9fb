import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SkirmishConfig } from '../config.ts';
import { Site } from '../constructs/site.ts';
import type { PipelineStack } from './pipeline-stack.ts';

/** Settings of the site. */
export interface SiteStackProps extends StackProps {
  readonly config: SkirmishConfig;
  readonly siteDir: string;
  readonly pipeline: PipelineStack;
}

/** The page and its address. */
export class SiteStack extends Stack {
  readonly site: Site;

  constructor(scope: Construct, id: string, props: SiteStackProps) {
    super(scope, id, { description: 'Skirmish: the map', ...props });
    const { config, siteDir, pipeline } = props;
    this.site = new Site(this, 'Site', {
      config,
      siteDir,
      apiId: pipeline.httpApi.api.apiId,
      socketApiId: pipeline.socket.api.apiId,
      socketUrl: pipeline.socket.stage.url,
    });
    new CfnOutput(this, 'SiteUrl', {
      value: `https://${this.site.distribution.distributionDomainName}`,
    });
    new CfnOutput(this, 'SiteBucketName', { value: this.site.bucket.bucketName });
  }
}
