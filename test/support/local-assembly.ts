import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../local/template/json.ts';

/** A function of a hand-written assembly: what its role may do, and the body of `index.mjs`. */
export interface TestFunction {
  readonly source: string;
  readonly statements?: readonly Json[];
  readonly timeout?: number;
}

/** Calls an AWS JSON API from a function that has no SDK: `await aws('dynamodb', 'PutItem', {…})`. */
const AWS = `
const TARGETS = { dynamodb: 'DynamoDB_20120810', kinesis: 'Kinesis_20131202' };
export async function aws(service, action, body) {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': TARGETS[service] + '.' + action,
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/' + service + '/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(json.message), { name: json.__type });
  return json;
}
export async function post(connectionId, text) {
  const answer = await fetch(process.env.SOCKET_ENDPOINT + '/@connections/' + encodeURIComponent(connectionId), {
    method: 'POST',
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0' },
    body: text,
  });
  return answer.status;
}
`;

/** Writes a cloud assembly with one stack `Test`; gives its folder. */
export function writeAssembly(
  resources: JsonObject,
  functions: Readonly<Record<string, TestFunction>>,
  environment: JsonObject = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  const all: Record<string, Json> = { ...resources };
  const files: Record<string, Json> = {};
  for (const [id, definition] of Object.entries(functions)) {
    mkdirSync(join(folder, `asset.${id}`));
    writeFileSync(join(folder, `asset.${id}`, 'aws.mjs'), AWS);
    writeFileSync(join(folder, `asset.${id}`, 'index.mjs'), definition.source);
    files[id] = {
      source: { path: `asset.${id}`, packaging: 'zip' },
      destinations: { here: { objectKey: `${id}.zip` } },
    };
    all[`${id}Role`] = role(definition.statements ?? []);
    all[id] = lambda(id, definition, environment);
  }
  const artifact = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 'Test.template.json' },
  };
  write(folder, 'manifest.json', { artifacts: { Test: artifact } });
  write(folder, 'Test.assets.json', { files });
  write(folder, 'Test.template.json', {
    Parameters: { SocketEndpoint: { Type: 'String', Default: '' } },
    Resources: all,
    Outputs: outputs(all),
  });
  return folder;
}

/** A statement that allows actions on resources. */
export function allow(action: Json, resource: Json): Json {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

/** `Fn::GetAtt`. */
export function get(logicalId: string, attribute: string): Json {
  return { 'Fn::GetAtt': [logicalId, attribute] };
}

/** What Lambda needs to read a Kinesis stream for a mapping. */
export const READ_KINESIS = [
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

/** What Lambda needs to read the stream of a table for a mapping. */
export const READ_TABLE_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

/** A table with one text key `id`. */
export function table(stream?: string): Json {
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      ...(stream === undefined ? {} : { StreamSpecification: { StreamViewType: stream } }),
    },
  };
}

function role(statements: readonly Json[]): Json {
  const PolicyDocument = { Statement: [...statements] };
  return {
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyName: 'own', PolicyDocument }] },
  };
}

function lambda(id: string, definition: TestFunction, environment: JsonObject): Json {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Key: `${id}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: definition.timeout ?? 10,
      Role: get(`${id}Role`, 'Arn'),
      Environment: { Variables: environment },
    },
  };
}

function outputs(resources: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(resources).map((id) => [id, { Value: { Ref: id } }]));
}

function write(folder: string, name: string, json: Json): void {
  writeFileSync(join(folder, name), JSON.stringify(json));
}
