// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../local/template/json.ts';
import { Stack } from '../../../../local/template/stack.ts';

const TEMPLATE: JsonObject = {
  Parameters: {
    Token: { Type: 'String', Default: '' },
    Names: { Type: 'CommaDelimitedList', Default: 'a,b' },
  },
  Conditions: {
    HasToken: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Token' }, ''] }] },
    Both: { 'Fn::And': [{ Condition: 'HasToken' }, { 'Fn::Equals': ['x', 'x'] }] },
    Either: { 'Fn::Or': [{ Condition: 'HasToken' }, { 'Fn::Equals': ['x', 'x'] }] },
  },
  Mappings: { Sizes: { small: { memory: 128 } } },
  Resources: {
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'ingest' } },
  },
};

function resolve(value: Json, parameters: Record<string, string> = {}): unknown {
  const template = { ...TEMPLATE, Outputs: { Value: { Value: { 'Fn::ToJsonString': value } } } };
  const stack = new Stack(template, {
    name: 'Test',
    parameters,
    exports: new Map([['shared', 'from-elsewhere']]),
    localize: (text) => text,
  });
  return JSON.parse(stack.outputs()['Value'] ?? '');
}

describe('intrinsic functions', () => {
  it.each<[string, Json, unknown]>([
    ['Ref of a resource', { Ref: 'Stream' }, 'ingest'],
    ['Ref of a list parameter', { Ref: 'Names' }, ['a', 'b']],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Ref of AWS::NoValue in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['Ref of AWS::NoValue in a list', [{ Ref: 'AWS::NoValue' }, 1], [1]],
    [
      'Fn::GetAtt with a list',
      { 'Fn::GetAtt': ['Stream', 'Arn'] },
      'arn:aws:kinesis:us-east-1:000000000000:stream/ingest',
    ],
    [
      'Fn::GetAtt with a dot',
      { 'Fn::GetAtt': 'Stream.Arn' },
      'arn:aws:kinesis:us-east-1:000000000000:stream/ingest',
    ],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${Stream}/${Stream.Arn}/${!Literal}' },
      'ingest/arn:aws:kinesis:us-east-1:000000000000:stream/ingest/${Literal}',
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${X}-${AWS::AccountId}', { X: { Ref: 'Stream' } }] },
      'ingest-000000000000',
    ],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Stream' }]] }, 'a-ingest'],
    [
      'Fn::Split and Fn::Select',
      { 'Fn::Select': [2, { 'Fn::Split': ['/', 'https://host/path'] }] },
      'host',
    ],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    ['Fn::ImportValue', { 'Fn::ImportValue': 'shared' }, 'from-elsewhere'],
    ['Fn::Base64', { 'Fn::Base64': 'abc' }, 'YWJj'],
    ['Fn::Length', { 'Fn::Length': [1, 2, 3] }, 3],
    ['Fn::If, not chosen', { 'Fn::If': ['HasToken', 'yes', 'no'] }, 'no'],
    ['Fn::If on Fn::And', { 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    ['Fn::If on Fn::Or', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  it('chooses the other branch when a parameter is given', () => {
    expect(resolve({ 'Fn::If': ['HasToken', { Ref: 'Token' }, 'no'] }, { Token: 't' })).toBe('t');
  });

  it.each<[string, Json, string]>([
    [
      'an unknown function',
      { 'Fn::Transform': {} },
      'Fn::Transform is not a function the local runtime knows',
    ],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Stream', 'Colour'] },
      'the attribute Colour of AWS::Kinesis::Stream',
    ],
    ['a missing resource', { Ref: 'Nothing' }, 'nothing is called Nothing'],
    [
      'a missing export',
      { 'Fn::ImportValue': 'gone' },
      'imports gone, which no earlier stack exports',
    ],
    ['an index outside a list', { 'Fn::Select': [5, ['a']] }, 'asks for item 5 of a list of 1'],
  ])('stops at %s', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});
