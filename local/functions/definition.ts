import { join } from 'node:path';
import { functionIdentity } from '../iam/access.ts';
import { PLACE } from '../template/naming.ts';
import type { Resource } from '../template/stack.ts';
import { TemplateError } from '../template/template-error.ts';

/** A function of the template that runs here. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Folder of the bundle. */
  readonly codeDir: string;
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly reservedConcurrency: number | undefined;
  /** Access key id its calls are made with. */
  readonly identity: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Settings that are honoured, and those that mean nothing on one machine. */
const KNOWN = [
  ...['Code', 'Handler', 'Runtime', 'MemorySize', 'Timeout', 'Environment', 'Role'],
  ...['ReservedConcurrentExecutions', 'FunctionName'],
  ...['Architectures', 'Description', 'LoggingConfig', 'Layers', 'Tags', 'TracingConfig'],
  ...['EphemeralStorage', 'RecursiveLoop'],
];

/** Reads the functions to run; a provider behind custom resources is recognised and left out. */
export function readFunctions(
  resources: readonly Resource[],
  assets: ReadonlyMap<string, string>,
): FunctionDefinition[] {
  const providers = new Set(
    resources
      .filter((resource) => resource.type.startsWith('Custom::'))
      .map((resource) => resource.properties().textOr('ServiceToken', '')),
  );
  return resources
    .filter((resource) => resource.type === 'AWS::Lambda::Function')
    .filter((resource) => !providers.has(resource.identity.attributes['Arn'] ?? ''))
    .map((resource) => readFunction(resource, assets));
}

function readFunction(resource: Resource, assets: ReadonlyMap<string, string>): FunctionDefinition {
  const { logicalId, identity } = resource;
  const properties = resource.properties().only(KNOWN);
  const runtime = properties.textOr('Runtime', '');
  if (!runtime.startsWith('nodejs')) {
    throw new TemplateError(
      `${resource.stack}.${logicalId}: the local runtime runs Node functions, not ${runtime || 'images'}.`,
    );
  }
  const key = properties.object('Code').text('S3Key');
  const codeDir = assets.get(key);
  if (codeDir === undefined)
    throw new TemplateError(`${logicalId}: the assembly has no asset ${key}.`);
  const variables = properties.objectOr('Environment').objectOr('Variables').json;
  return {
    logicalId,
    name: identity.ref,
    arn: identity.attributes['Arn'] ?? '',
    codeDir,
    handler: properties.text('Handler'),
    memoryMb: properties.numberOr('MemorySize', 128),
    timeoutMs: properties.numberOr('Timeout', 3) * 1000,
    reservedConcurrency: properties.has('ReservedConcurrentExecutions')
      ? properties.numberOr('ReservedConcurrentExecutions', 0)
      : undefined,
    identity: functionIdentity(logicalId),
    environment: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/** Environment of a function's process: what the template says and what Lambda adds; nothing of this machine. */
export function functionEnvironment(
  definition: FunctionDefinition,
  awsEndpoint: string,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_REGION: PLACE.region,
    AWS_DEFAULT_REGION: PLACE.region,
    AWS_ACCESS_KEY_ID: definition.identity,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: awsEndpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    LAMBDA_TASK_ROOT: join(definition.codeDir),
    _HANDLER: definition.handler,
    ...definition.environment,
  };
}
