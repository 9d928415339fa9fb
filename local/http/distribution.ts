import { isAllowed, readStatements, type Statement } from '../iam/policy.ts';
import { globalArn } from '../template/naming.ts';
import type { Properties } from '../template/properties.ts';
import type { Resource } from '../template/stack.ts';
import { TemplateError } from '../template/template-error.ts';
import { readHeaders } from './response-headers.ts';

/** Where a behaviour's requests go. */
export type Origin =
  | {
      readonly kind: 'bucket';
      readonly bucket: string;
      readonly readable: (key: string) => boolean;
    }
  | { readonly kind: 'api'; readonly apiId: string };

/** One cache behaviour. */
export interface Behaviour {
  /** Path pattern with `*`; `*` for the default behaviour. */
  readonly pattern: string;
  readonly methods: readonly string[];
  readonly origin: Origin;
  readonly compress: boolean;
  /** Viewer headers that reach the origin, lower-case. */
  readonly forwarded: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A CloudFront distribution as far as one machine needs it. */
export interface DistributionDefinition {
  readonly defaultObject: string;
  /** In the order they are tried; the default is last. */
  readonly behaviours: readonly Behaviour[];
}

/** Reads the one distribution; undefined when the assembly has no site. */
export function readDistribution(
  resources: readonly Resource[],
): DistributionDefinition | undefined {
  const [resource, ...more] = resources.filter(
    ({ type }) => type === 'AWS::CloudFront::Distribution',
  );
  if (resource === undefined) return undefined;
  if (more.length > 0) throw new TemplateError('The local runtime serves one distribution.');
  const config = resource.properties().object('DistributionConfig');
  const origins = new Map(
    config
      .objects('Origins')
      .map((origin) => [origin.text('Id'), readOrigin(origin, resource, resources)]),
  );
  const read = (behaviour: Properties, pattern: string): Behaviour =>
    readBehaviour(behaviour, pattern, { origins, resources });
  return {
    defaultObject: config.textOr('DefaultRootObject', ''),
    behaviours: [
      ...config
        .objects('CacheBehaviors')
        .map((behaviour) => read(behaviour, behaviour.text('PathPattern'))),
      read(config.object('DefaultCacheBehavior'), '*'),
    ],
  };
}

function readBehaviour(
  behaviour: Properties,
  pattern: string,
  from: { origins: ReadonlyMap<string, Origin>; resources: readonly Resource[] },
): Behaviour {
  behaviour.only([
    ...['PathPattern', 'AllowedMethods', 'CachePolicyId', 'Compress', 'ResponseHeadersPolicyId'],
    ...['TargetOriginId', 'ViewerProtocolPolicy', 'CachedMethods', 'OriginRequestPolicyId'],
  ]);
  const origin = from.origins.get(behaviour.text('TargetOriginId'));
  if (origin === undefined) throw behaviour.wrong('TargetOriginId', 'the id of an origin');
  const policy = (type: string, id: string): Resource | undefined =>
    from.resources.find((other) => other.type === type && other.identity.ref === id);
  const headersPolicy = behaviour.textOr('ResponseHeadersPolicyId', '');
  return {
    pattern,
    methods: behaviour.has('AllowedMethods') ? behaviour.texts('AllowedMethods') : ['GET', 'HEAD'],
    origin,
    compress: behaviour.booleanOr('Compress', false),
    forwarded: [
      ...forwarded(policy('AWS::CloudFront::CachePolicy', behaviour.textOr('CachePolicyId', ''))),
      ...forwarded(
        policy(
          'AWS::CloudFront::OriginRequestPolicy',
          behaviour.textOr('OriginRequestPolicyId', ''),
        ),
      ),
    ],
    headers: readHeaders(policy('AWS::CloudFront::ResponseHeadersPolicy', headersPolicy)),
  };
}

function forwarded(policy: Resource | undefined): readonly string[] {
  if (policy === undefined) return [];
  const properties = policy.properties();
  const cache = properties
    .objectOr('CachePolicyConfig')
    .objectOr('ParametersInCacheKeyAndForwardedToOrigin');
  const origin = properties.objectOr('OriginRequestPolicyConfig');
  return [cache, origin]
    .flatMap((config) => config.objectOr('HeadersConfig').texts('Headers'))
    .map((name) => name.toLowerCase());
}

function readOrigin(
  origin: Properties,
  distribution: Resource,
  resources: readonly Resource[],
): Origin {
  const domain = origin.text('DomainName');
  const apiId = /^([a-z0-9]+)\.execute-api\./.exec(domain)?.[1];
  if (apiId !== undefined) return { kind: 'api', apiId };
  const bucket = resources.find(
    ({ type, identity }) =>
      type === 'AWS::S3::Bucket' && Object.values(identity.attributes).includes(domain),
  );
  if (bucket === undefined) throw origin.wrong('DomainName', 'an API or a bucket of the template');
  const statements = bucketStatements(bucket.identity.ref, resources);
  const source = globalArn('cloudfront', `distribution/${distribution.identity.ref}`);
  const context = {
    'aws:SourceArn': source,
    'aws:SecureTransport': 'true',
    's3:TlsVersion': '1.3',
  };
  return {
    kind: 'bucket',
    bucket: bucket.identity.ref,
    readable: (key) =>
      isAllowed(statements, {
        action: 's3:GetObject',
        resource: `arn:aws:s3:::${bucket.identity.ref}/${key}`,
        context,
      }),
  };
}

function bucketStatements(bucket: string, resources: readonly Resource[]): Statement[] {
  return resources
    .filter(({ type }) => type === 'AWS::S3::BucketPolicy')
    .filter((policy) => policy.properties().text('Bucket') === bucket)
    .flatMap((policy) =>
      readStatements(policy.properties().json['PolicyDocument'], policy.logicalId),
    )
    .filter(
      ({ effect, services }) => effect === 'Deny' || services.includes('cloudfront.amazonaws.com'),
    );
}
