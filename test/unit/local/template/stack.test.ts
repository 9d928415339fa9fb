// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
import { describe, expect, it } from 'vitest';
import { localAddresses } from '../../../../local/local-addresses.ts';
import type { JsonObject } from '../../../../local/template/json.ts';
import { Stack } from '../../../../local/template/stack.ts';

function stackOf(template: JsonObject, parameters: Record<string, string> = {}): Stack {
  return new Stack(template, {
    name: 'Test',
    parameters,
    exports: new Map(),
    localize: localAddresses(4380),
  });
}

describe('Stack', () => {
  it('stops at a resource type it does not know, naming resource and type', () => {
    const stack = stackOf({ Resources: { Cache: { Type: 'AWS::ElastiCache::CacheCluster' } } });

    expect(() => stack.resources()).toThrow(
      'resource Cache has the type AWS::ElastiCache::CacheCluster',
    );
  });

  it('leaves out resources whose condition is false', () => {
    const stack = stackOf({
      Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
      Resources: { Stream: { Type: 'AWS::Kinesis::Stream', Condition: 'Never' } },
    });

    expect(stack.resources()).toEqual([]);
    expect(() => stack.ref('Stream')).toThrow('nothing is called Stream');
  });

  it('gives the same physical names every time', () => {
    const template = { Resources: { Jobs: { Type: 'AWS::DynamoDB::Table', Properties: {} } } };

    const [first, second] = [stackOf(template).ref('Jobs'), stackOf(template).ref('Jobs')];

    expect(first).toBe(second);
    expect(first).toMatch(/^Test-Jobs-[a-z0-9]{12}$/);
  });

  it('refuses a parameter the template does not declare', () => {
    expect(() => stackOf({ Resources: {} }, { Typo: '1' })).toThrow('has no parameter Typo');
  });

  it('turns public addresses of the APIs and the site into local ones, and only whole ones', () => {
    const stack = stackOf({
      Resources: {
        Socket: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } },
        Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
        Site: { Type: 'AWS::CloudFront::Distribution', Properties: {} },
      },
      Outputs: {
        Socket: { Value: { 'Fn::Sub': '${Socket.ApiEndpoint}/live' } },
        Http: { Value: { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] } },
        Site: { Value: { 'Fn::Sub': 'https://${Site.DomainName}' } },
        Host: {
          Value: {
            'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] }] }],
          },
        },
      },
    });

    const outputs = stack.outputs();

    expect(outputs).toMatchObject({
      Socket: 'ws://127.0.0.1:4380/live',
      Http: 'http://127.0.0.1:4380',
      Site: 'http://127.0.0.1:4380',
    });
    expect(outputs['Host']).toMatch(/^[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
  });
});
