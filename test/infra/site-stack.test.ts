import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { skirmishApp } from '../../lib/app.ts';
import { parseConfig } from '../../lib/config.ts';
import { STACKS } from '../../lib/stack-names.ts';
import {
  pipelineTemplate,
  resourcesOf,
  scratchFolder,
  siteTemplate,
  textOf,
} from './synthesized.ts';

const template = siteTemplate();

function headersOf(site = template): Record<string, never> {
  const [policy] = resourcesOf(site, 'AWS::CloudFront::ResponseHeadersPolicy');
  return policy?.Properties.ResponseHeadersPolicyConfig;
}

function policyOf(site = template): string {
  const { SecurityHeadersConfig } = headersOf(site) as Record<string, Record<string, never>>;
  const { ContentSecurityPolicy } = SecurityHeadersConfig as Record<string, Record<string, never>>;
  return textOf(ContentSecurityPolicy?.['ContentSecurityPolicy']);
}

describe('the page', () => {
  it('lets in nothing but its own files, its API and its socket', () => {
    expect(policyOf().split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self' wss://<ViewerSocketApi>.execute-api.<AWS::Region>.<AWS::URLSuffix>",
      "manifest-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('may reach Mapbox only with a token', () => {
    const mapbox = policyOf(siteTemplate({ mapboxToken: 'pk.test' }));

    expect(policyOf()).not.toContain('mapbox');
    expect(mapbox).toContain("worker-src 'self' blob:");
    expect(mapbox).toContain('https://api.mapbox.com https://events.mapbox.com');
  });

  it('has the other security headers', () => {
    expect(headersOf()).toMatchObject({
      SecurityHeadersConfig: {
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY' },
        ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
        StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true },
      },
      CustomHeadersConfig: {
        Items: [{ Header: 'permissions-policy' }, { Header: 'cross-origin-opener-policy' }],
      },
    });
  });

  it('is told where its socket is and what else it needs to know', () => {
    const markers = resourcesOf(template, 'Custom::CDKBucketDeployment').map(
      ({ Properties }) => Properties.CacheControl ?? Properties.SystemMetadata,
    );

    expect(markers).toEqual([
      { 'cache-control': 'public, max-age=31536000, immutable' },
      { 'cache-control': 'no-cache' },
    ]);
  });
});

describe('CloudFront', () => {
  it('signs its reads of a bucket that is closed to everyone else', () => {
    template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: { SigningBehavior: 'always', OriginAccessControlOriginType: 's3' },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetObject',
            Effect: 'Allow',
            Principal: { Service: 'cloudfront.amazonaws.com' },
            Condition: { StringEquals: { 'AWS:SourceArn': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  it('asks the HTTP API for /v1/* and /metrics, keeps answers as long as they say, and tells tokens apart', () => {
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        DefaultRootObject: 'index.html',
        DefaultCacheBehavior: Match.objectLike({ ViewerProtocolPolicy: 'redirect-to-https' }),
        CacheBehaviors: [
          Match.objectLike({ PathPattern: '/v1/*', ViewerProtocolPolicy: 'redirect-to-https' }),
          Match.objectLike({ PathPattern: '/metrics', ViewerProtocolPolicy: 'redirect-to-https' }),
        ],
      },
    });
    template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: {
        MinTTL: 0,
        DefaultTTL: 0,
        ParametersInCacheKeyAndForwardedToOrigin: Match.objectLike({
          HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Authorization'] },
          QueryStringsConfig: { QueryStringBehavior: 'all' },
        }),
      },
    });
  });
});

describe('buckets', () => {
  it.each([
    ['site', template],
    ['pipeline', pipelineTemplate()],
  ] as const)('of the %s are private, encrypted and take TLS only', (_, stack) => {
    const buckets = resourcesOf(stack, 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(1);
    for (const { id, Properties } of buckets) {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties.BucketEncryption).toBeDefined();
      stack.hasResourceProperties('AWS::S3::BucketPolicy', {
        Bucket: { Ref: id },
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Action: 's3:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
    }
  });
});

describe('logs', () => {
  it('go with the stack, those of the function that copies the page as well', () => {
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
    template.allResourcesProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogGroup: Match.anyValue() },
    });
  });
});

describe('a page that was not built', () => {
  it('stops the site with what to do, and not the pipeline', () => {
    const app = skirmishApp({
      config: parseConfig({}),
      code: () => Code.fromInline('export const handler = () => {};'),
      siteDir: join(scratchFolder(), 'not-built'),
      outdir: scratchFolder(),
      checks: false,
    });
    const errorsOf = (name: string): number =>
      Annotations.fromStack(app.node.findChild(name) as Stack).findError('*', Match.anyValue())
        .length;

    Annotations.fromStack(app.node.findChild(STACKS.site) as Stack).hasError(
      '*',
      Match.stringLikeRegexp('npm run build:web'),
    );
    expect(errorsOf(STACKS.pipeline)).toBe(0);
  });
});
