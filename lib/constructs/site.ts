import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AllowedMethods,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, CacheControl, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { Construct, type IConstruct } from 'constructs';
import { HTTP_PATHS } from '../../lambdas/http/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { contentSecurityPolicy, PERMISSIONS_POLICY } from '../content-security-policy.ts';
import { acknowledge, wildcardResource } from './acknowledge.ts';

/** What the site is made of and talks to. */
export interface SiteProps {
  readonly config: SkirmishConfig;
  /** Folder of the built page, web/dist. */
  readonly siteDir: string;
  /** Id of the HTTP API behind API_PATTERNS. */
  readonly apiId: string;
  /** Id of the WebSocket API. */
  readonly socketApiId: string;
  /** URL that the page opens its socket at. */
  readonly socketUrl: string;
}

/** What CloudFront asks the HTTP API for: all of /v1, and each path of the API that is outside of it. */
const API_PATTERNS = ['/v1/*', ...HTTP_PATHS.filter((path) => !path.startsWith('/v1/'))];

/** The page: a private bucket behind CloudFront, the HTTP API beside it, security headers on both. */
export class Site extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: SiteProps) {
    super(scope, id);
    this.bucket = this.#bucket(props.config);
    this.distribution = this.#distribution(props);
    this.#deployment(props);
  }

  #bucket(config: SkirmishConfig): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'Holds the public page only, and CloudFront alone reads it.',
    });
    return bucket;
  }

  #distribution(props: SiteProps): Distribution {
    const common = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: this.#headers(props),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    };
    const api = {
      ...common,
      origin: new HttpOrigin(executeApiHost(this, props.apiId)),
      cachePolicy: this.#apiCache(props.config),
    };
    const distribution = new Distribution(this, 'Distribution', {
      comment: props.config.title,
      defaultRootObject: 'index.html',
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        ...common,
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
          originAccessControl: new S3OriginAccessControl(this, 'AccessControl', {
            originAccessControlName: regionalName('Skirmish-page'),
          }),
        }),
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      },
      additionalBehaviors: Object.fromEntries(API_PATTERNS.map((pattern) => [pattern, api])),
    });
    acknowledge(distribution, {
      'AwsSolutions-CFR1': 'The map is for everyone; the operator token guards what is not.',
      'AwsSolutions-CFR2': 'A web ACL costs from $5 a month: the API is throttled instead.',
      'AwsSolutions-CFR3': 'Access logs would keep the addresses of people who look at the map.',
      'AwsSolutions-CFR4': 'A minimum TLS version needs a certificate for a domain of one’s own.',
    });
    return distribution;
  }

  /** Answers are kept as long as the function says; the token is part of the key, so no answer crosses audiences. */
  #apiCache(config: SkirmishConfig): CachePolicy {
    const origin = config.allowedOrigins.length === 0 ? [] : ['Origin'];
    return new CachePolicy(this, 'ApiCache', {
      comment: 'Skirmish API: as long as Cache-Control says',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
      queryStringBehavior: CacheQueryStringBehavior.all(),
      headerBehavior: CacheHeaderBehavior.allowList('Authorization', ...origin),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }

  #headers(props: SiteProps): ResponseHeadersPolicy {
    const mapbox = props.config.mapboxToken !== '';
    const socketOrigin = `wss://${executeApiHost(this, props.socketApiId)}`;
    const override = true;
    return new ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: regionalName('Skirmish-headers'),
      comment: 'Skirmish security headers',
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy({ socketOrigin, mapbox }),
          override,
        },
        strictTransportSecurity: {
          accessControlMaxAge: Duration.days(730),
          includeSubdomains: true,
          override,
        },
        contentTypeOptions: { override },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override },
        referrerPolicy: {
          referrerPolicy: mapbox
            ? HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN
            : HeadersReferrerPolicy.NO_REFERRER,
          override,
        },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'permissions-policy', value: PERMISSIONS_POLICY, override },
          { header: 'cross-origin-opener-policy', value: 'same-origin', override },
        ],
      },
    });
  }

  #deployment(props: SiteProps): void {
    const { config, siteDir } = props;
    if (!existsSync(join(siteDir, 'index.html'))) {
      Annotations.of(this).addError(
        `The built page ${siteDir}/index.html is missing. Run \`npm run build:web\` first.`,
      );
      return;
    }
    const target = { destinationBucket: this.bucket, ...this.#deployer() };
    const assets = new BucketDeployment(this, 'Assets', {
      ...target,
      sources: [Source.asset(siteDir)],
      exclude: ['*'],
      include: ['assets/*'],
      cacheControl: [CacheControl.fromString('public, max-age=31536000, immutable')],
      // A page that is still open may ask for files of the deployment before.
      prune: false,
    });
    acknowledgeDeployer(assets.handlerRole, this.bucket);
    new BucketDeployment(this, 'Page', {
      ...target,
      sources: [
        Source.asset(siteDir),
        Source.jsonData('config.json', {
          api: '',
          socket: props.socketUrl,
          mapboxToken: config.mapboxToken,
          title: config.title,
          delayMs: config.publicDelaySeconds * 1000,
        }),
      ],
      exclude: ['assets/*'],
      cacheControl: [CacheControl.fromString('no-cache')],
    });
  }

  /** Log group, role and size of the CDK's function that copies the page: its own ones would stay behind. */
  #deployer(): { readonly logGroup: LogGroup; readonly role: Role; readonly memoryLimit: number } {
    const logGroup = new LogGroup(this, 'DeploymentLogs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'DeploymentRole', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Skirmish site deployment',
    });
    logGroup.grantWrite(role);
    return { logGroup, role, memoryLimit: 256 };
  }
}

/** CloudFront's policies are the account's, not a region's: two deployments must not want one name. */
function regionalName(name: string): string {
  return `${name}-${Aws.REGION}`;
}

function executeApiHost(scope: Construct, apiId: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${apiId}.execute-api.${region}.${urlSuffix}`;
}

/** The copying function and its grants are the CDK's (aws-s3-deployment), and it runs only while deploying. */
function acknowledgeDeployer(role: IRole, bucket: Bucket): void {
  const grants =
    'Granted by aws-s3-deployment: it lists, reads, writes and prunes keys it cannot know.';
  const assets = 'arn:<AWS::Partition>:s3:::cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>/*';
  const actions = ['GetBucket', 'GetObject', 'List', 'Abort', 'DeleteObject'];
  acknowledge(role, {
    ...Object.fromEntries(
      actions.map((name) => [`AwsSolutions-IAM5[Action::s3:${name}*]`, grants]),
    ),
    [`AwsSolutions-IAM5[Resource::${assets}]`]: grants,
    [wildcardResource(bucket, (id) => `<${id}.Arn>/*`)]: grants,
  });
  const runtime = 'The runtime and settings of this function are chosen by aws-s3-deployment.';
  acknowledge(copyingFunction(role), {
    'AwsSolutions-L1': runtime,
    'Serverless-LambdaLatestVersion': runtime,
    'Serverless-LambdaDLQ': runtime,
    'Serverless-LambdaTracing': runtime,
  });
}

function copyingFunction(role: IRole): IConstruct {
  const found = Stack.of(role).node.children.find(({ node }) =>
    node.id.startsWith('Custom::CDKBucketDeployment'),
  );
  if (found === undefined) throw new Error('aws-s3-deployment made no function to copy the page');
  return found;
}
