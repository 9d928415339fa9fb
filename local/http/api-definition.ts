import { isAllowed, readStatements, type Statement } from '../iam/policy.ts';
import { arn } from '../template/naming.ts';
import type { Resource } from '../template/stack.ts';
import { TemplateError } from '../template/template-error.ts';

/** A route of an API and the function behind it. */
export interface Route {
  /** `$connect`, `view`, `GET /v1/snapshot`, … */
  readonly key: string;
  readonly functionArn: string;
  /** Whether the function lets this API's route call it. */
  readonly permitted: boolean;
}

/** An API of the template with its one stage. */
export interface ApiDefinition {
  readonly logicalId: string;
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
  readonly routeSelection: string;
  readonly stage: string;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly routes: readonly Route[];
}

/** API Gateway's account default. */
const ACCOUNT = { rate: 10_000, burst: 5_000 } as const;
const FUNCTION_ARN = /arn:aws:lambda:[^/]+?:function:[\w-]+/;

/** Reads the WebSocket and HTTP APIs. */
export function readApis(resources: readonly Resource[]): ApiDefinition[] {
  const permissions = readPermissions(resources);
  return resources
    .filter((resource) => resource.type === 'AWS::ApiGatewayV2::Api')
    .map((resource) => readApi(resource, resources, permissions));
}

function readApi(
  resource: Resource,
  resources: readonly Resource[],
  permissions: Permissions,
): ApiDefinition {
  const properties = resource
    .properties()
    .only([
      'Name',
      'Description',
      'ProtocolType',
      'RouteSelectionExpression',
      'Tags',
      'DisableExecuteApiEndpoint',
    ]);
  const apiId = resource.identity.ref;
  const ofApi = (type: string): Resource[] =>
    resources.filter(
      (other) =>
        other.type === `AWS::ApiGatewayV2::${type}` && other.properties().text('ApiId') === apiId,
    );
  const [stage, ...more] = ofApi('Stage');
  if (stage === undefined || more.length > 0) {
    throw new TemplateError(`${resource.logicalId}: an API needs exactly one stage here.`);
  }
  const name = stage.properties().text('StageName');
  const settings = stage.properties().objectOr('DefaultRouteSettings');
  const integrations = new Map(
    ofApi('Integration').map((other) => [other.identity.ref, functionOf(other)]),
  );
  const protocol = properties.textOr('ProtocolType', 'HTTP') === 'WEBSOCKET' ? 'WEBSOCKET' : 'HTTP';
  return {
    logicalId: resource.logicalId,
    apiId,
    protocol,
    routeSelection: properties.textOr('RouteSelectionExpression', ''),
    stage: name,
    ratePerSecond: settings.numberOr('ThrottlingRateLimit', ACCOUNT.rate),
    burst: settings.numberOr('ThrottlingBurstLimit', ACCOUNT.burst),
    routes: ofApi('Route').map((route) => {
      const key = route.properties().text('RouteKey');
      const functionArn = integrations.get(
        route.properties().text('Target').replace('integrations/', ''),
      );
      if (functionArn === undefined) throw new TemplateError(`${route.logicalId}: no integration.`);
      refuseAuthorizer(route);
      const source = arn('execute-api', `${apiId}/${callPath(protocol, name, key)}`);
      return { key, functionArn, permitted: permits(permissions, functionArn, source) };
    }),
  };
}

function refuseAuthorizer(route: Resource): void {
  const type = route.properties().textOr('AuthorizationType', 'NONE');
  if (type !== 'NONE') {
    throw new TemplateError(
      `${route.logicalId}: the local runtime knows no ${type} authorization.`,
    );
  }
}

function functionOf(integration: Resource): string {
  const properties = integration.properties();
  const found = FUNCTION_ARN.exec(properties.text('IntegrationUri'))?.[0];
  if (properties.text('IntegrationType') === 'AWS_PROXY' && found !== undefined) return found;
  throw new TemplateError(`${integration.logicalId}: only Lambda proxy integrations run here.`);
}

/** Path of the execute-api ARN a call comes from. */
function callPath(protocol: ApiDefinition['protocol'], stage: string, key: string): string {
  if (protocol === 'WEBSOCKET') return `${stage}/${key}`;
  const [method = '', path = ''] = key.split(' ');
  return key === '$default' ? `${stage}/$default` : `${stage}/${method}${path}`;
}

type Permissions = ReadonlyMap<string, readonly Statement[]>;

function readPermissions(resources: readonly Resource[]): Permissions {
  const byFunction = new Map<string, Statement[]>();
  for (const resource of resources) {
    if (resource.type !== 'AWS::Lambda::Permission') continue;
    const properties = resource.properties();
    const name = properties.text('FunctionName');
    const statement = {
      Effect: 'Allow',
      Action: properties.text('Action'),
      Resource: '*',
      Principal: { Service: properties.text('Principal') },
      Condition: { ArnLike: { 'aws:SourceArn': properties.textOr('SourceArn', '*') } },
    };
    const statements = byFunction.get(name) ?? [];
    statements.push(...readStatements({ Statement: [statement] }, resource.logicalId));
    byFunction.set(name, statements);
  }
  return byFunction;
}

function permits(permissions: Permissions, functionArn: string, source: string): boolean {
  const name = functionArn.split(':').at(-1) ?? '';
  const statements = [...(permissions.get(functionArn) ?? []), ...(permissions.get(name) ?? [])];
  const own = statements.filter(({ services }) => services.includes('apigateway.amazonaws.com'));
  const context = { 'aws:SourceArn': source };
  return isAllowed(own, { action: 'lambda:InvokeFunction', resource: functionArn, context });
}
