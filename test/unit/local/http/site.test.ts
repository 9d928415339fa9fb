// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { S3Store } from '../../../../local/gateway/s3-store.ts';
import { deployBuckets } from '../../../../local/http/bucket-deployment.ts';
import { readDistribution } from '../../../../local/http/distribution.ts';
import { HttpApi, type PublicRequest } from '../../../../local/http/http-api.ts';
import { Site } from '../../../../local/http/site.ts';
import { localAddresses } from '../../../../local/local-addresses.ts';
import type { Json, JsonObject } from '../../../../local/template/json.ts';
import { Stack } from '../../../../local/template/stack.ts';

const localize = localAddresses(4380);
const DISTRIBUTION_ARN = {
  'Fn::Sub': 'arn:aws:cloudfront::${AWS::AccountId}:distribution/${Site}',
};

function resources(policyFor: Json = DISTRIBUTION_ARN): JsonObject {
  const behaviour = {
    ResponseHeadersPolicyId: { Ref: 'Headers' },
    ViewerProtocolPolicy: 'redirect-to-https',
    Compress: true,
  };
  return {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Action: 's3:*',
              Resource: '*',
              Principal: { AWS: '*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
            {
              Effect: 'Allow',
              Action: 's3:GetObject',
              Resource: { 'Fn::Sub': '${Bucket.Arn}/*' },
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Condition: { StringEquals: { 'AWS:SourceArn': policyFor } },
            },
          ],
        },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Cache: {
      Type: 'AWS::CloudFront::CachePolicy',
      Properties: {
        CachePolicyConfig: {
          ParametersInCacheKeyAndForwardedToOrigin: {
            HeadersConfig: { Headers: ['Authorization'] },
          },
        },
      },
    },
    Headers: {
      Type: 'AWS::CloudFront::ResponseHeadersPolicy',
      Properties: {
        ResponseHeadersPolicyConfig: {
          SecurityHeadersConfig: {
            ContentSecurityPolicy: {
              ContentSecurityPolicy: {
                'Fn::Sub':
                  "connect-src 'self' wss://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
              },
            },
            ContentTypeOptions: { Override: true },
          },
        },
      },
    },
    Site: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          DefaultRootObject: 'index.html',
          Origins: [
            { Id: 'files', DomainName: { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] } },
            {
              Id: 'api',
              DomainName: {
                'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }] }],
              },
            },
          ],
          DefaultCacheBehavior: { ...behaviour, TargetOriginId: 'files' },
          CacheBehaviors: [
            {
              ...behaviour,
              TargetOriginId: 'api',
              PathPattern: '/v1/*',
              CachePolicyId: { Ref: 'Cache' },
            },
          ],
        },
      },
    },
    Deployment: {
      Type: 'Custom::CDKBucketDeployment',
      Properties: {
        SourceObjectKeys: ['page.zip', 'config.zip'],
        SourceMarkers: [{}, { '<<marker:0>>': { Ref: 'Api' } }],
        DestinationBucketName: { Ref: 'Bucket' },
        Exclude: ['drafts/*'],
        SystemMetadata: { 'cache-control': 'no-cache' },
      },
    },
  };
}

async function siteOf(policyFor?: Json) {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write('page/index.html', `<p>${'map '.repeat(500)}</p>`);
  write('page/drafts/secret.txt', 'not yet');
  write(
    'config/config.json',
    '{"socket":"wss://<<marker:0>>.execute-api.us-east-1.amazonaws.com/live"}',
  );
  const stack = new Stack(
    { Resources: resources(policyFor) },
    { name: 'Test', parameters: {}, exports: new Map(), localize },
  );
  const all = stack.resources();
  const store = new S3Store(join(folder, 's3'));
  await store.open([String(stack.ref('Bucket'))]);
  const assets = new Map([
    ['page.zip', join(folder, 'page')],
    ['config.zip', join(folder, 'config')],
  ]);
  const deploy = () => deployBuckets(all, { assets, store, localize });
  const deployed = await deploy();
  const events: { headers: Record<string, string> }[] = [];
  const api = new HttpApi(
    {
      logicalId: 'Api',
      apiId: String(stack.ref('Api')),
      protocol: 'HTTP',
      routeSelection: '',
      stage: '$default',
      ratePerSecond: 100,
      burst: 100,
      routes: [{ key: 'GET /v1/status', functionArn: 'f', permitted: true }],
    },
    async (_, event) => {
      events.push(event as (typeof events)[0]);
      return { ok: true, payload: '{"statusCode":200,"body":"{}"}' };
    },
  );
  const definition = readDistribution(all);
  if (definition === undefined) throw new Error('no distribution');
  const site = new Site(definition, {
    store,
    api: (id) => (id === api.definition.apiId ? api : undefined),
  });
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    site.answer({
      method,
      path,
      query: '',
      headers,
      body: Buffer.alloc(0),
      sourceIp: '127.0.0.1',
    } satisfies PublicRequest);
  return { get, deploy, deployed, events, write };
}

describe('Site', () => {
  it('serves the default object with the headers of the policy, its addresses made local', async () => {
    const { get } = await siteOf();

    const answer = await get('/');

    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': "connect-src 'self' ws://127.0.0.1:4380",
      'x-content-type-options': 'nosniff',
    });
  });

  it('compresses text when the browser takes it, and answers 304 to a known ETag', async () => {
    const { get } = await siteOf();

    const answer = await get('/', { 'accept-encoding': 'gzip, br' });
    const again = await get('/', { 'if-none-match': String(answer.headers['etag']) });

    expect(answer.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(answer.body).toString()).toContain('map map');
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it('takes its API paths to the function, with only the headers that are let through', async () => {
    const { get, events } = await siteOf();

    const answer = await get('/v1/status', {
      authorization: 'Bearer t',
      cookie: 'secret',
      'user-agent': 'Firefox',
    });

    expect([answer.status, answer.headers['x-content-type-options']]).toEqual([200, 'nosniff']);
    expect(events[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'user-agent': 'Amazon CloudFront',
    });
    expect(events[0]?.headers).not.toHaveProperty('cookie');
  });

  it.each([['/nothing'], ['/drafts/secret.txt'], ['/%E0%A4%A'], ['/../config']])(
    'answers 403 for %s',
    async (path) => {
      const { get } = await siteOf();

      expect((await get(path)).status).toBe(403);
    },
  );

  it('refuses methods the distribution does not take', async () => {
    const { get } = await siteOf();

    expect((await get('/', {}, 'POST')).status).toBe(403);
  });

  it('reads nothing from a bucket whose policy is for another distribution', async () => {
    const { get } = await siteOf('arn:aws:cloudfront::000000000000:distribution/OTHER');

    expect((await get('/')).status).toBe(403);
  });
});

describe('deployBuckets', () => {
  it('fills in markers, puts only what has changed and prunes what is gone', async () => {
    const { get, deploy, deployed, write } = await siteOf();

    expect(deployed).toBe(2);
    expect((await get('/config.json')).body.toString()).toBe(
      '{"socket":"ws://127.0.0.1:4380/live"}',
    );
    expect(await deploy()).toBe(0);
    write('page/new.html', 'new');
    expect(await deploy()).toBe(1);
  });
});
