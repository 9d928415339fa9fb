import { describe, expect, it } from 'vitest';
import { isAllowed, matchesPattern, readStatements } from '../../../../local/iam/policy.ts';
import type { Json } from '../../../../local/template/json.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/segments';

function allows(statements: readonly Json[], action: string, resource: string): boolean {
  return isAllowed(readStatements({ Statement: [...statements] }, 'Test'), { action, resource });
}

describe('isAllowed', () => {
  it('denies what nothing allows', () => {
    expect(allows([], 'dynamodb:PutItem', TABLE)).toBe(false);
  });

  it.each<[string, Json, boolean]>([
    [
      'the exact action and resource',
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: TABLE },
      true,
    ],
    ['another action', { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE }, false],
    [
      'another resource',
      { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: `${TABLE}2` },
      false,
    ],
    [
      'an action in another case',
      { Effect: 'Allow', Action: 'DynamoDB:putitem', Resource: TABLE },
      true,
    ],
    ['a wildcard action', { Effect: 'Allow', Action: 'dynamodb:Put*', Resource: TABLE }, true],
    [
      'a wildcard resource',
      {
        Effect: 'Allow',
        Action: ['s3:*', 'dynamodb:*'],
        Resource: ['arn:aws:dynamodb:*:*:table/seg?ents'],
      },
      true,
    ],
    ['a NotAction', { Effect: 'Allow', NotAction: 'dynamodb:PutItem', Resource: '*' }, false],
    ['a NotResource', { Effect: 'Allow', Action: '*', NotResource: `${TABLE}2` }, true],
    [
      'a condition on a key the request lacks',
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceArn': 'x' } },
      },
      false,
    ],
  ])('weighs %s', (_, statement, expected) => {
    expect(allows([statement], 'dynamodb:PutItem', TABLE)).toBe(expected);
  });

  it('lets a deny win over an allow', () => {
    const allow = { Effect: 'Allow', Action: '*', Resource: '*' };
    const deny = { Effect: 'Deny', Action: 'dynamodb:PutItem', Resource: TABLE };

    expect(allows([allow, deny], 'dynamodb:PutItem', TABLE)).toBe(false);
    expect(allows([allow, deny], 'dynamodb:GetItem', TABLE)).toBe(true);
  });

  it('stops at a condition operator it does not know rather than ignoring it', () => {
    const statement = {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '::' } },
    };

    expect(() => allows([statement], 'a:B', '*')).toThrow(
      'does not know the IAM operator IpAddress',
    );
  });
});

describe('matchesPattern', () => {
  it('takes characters of regular expressions as they are', () => {
    expect(matchesPattern('a.b(c)*', 'a.b(c)d')).toBe(true);
    expect(matchesPattern('a.b*', 'axb')).toBe(false);
  });
});
