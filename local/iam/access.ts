import type { Resource } from '../template/stack.ts';
import { isAllowed, type Request, readStatements, type Statement } from './policy.ts';

/** Access key ids the gateway knows besides `fn-<logical id>`. */
export const IDENTITIES = { admin: 'local-admin', probe: 'local-probe' } as const;

/** Decides what each caller may do, from the roles and policies of the template. */
export interface Access {
  /** Name of the caller for messages; undefined when nobody has that access key id. */
  callerOf(accessKeyId: string): string | undefined;
  allows(accessKeyId: string, request: Request): boolean;
}

/** Access key id of a function. */
export function functionIdentity(logicalId: string): string {
  return `fn-${logicalId}`;
}

/** Builds the access rules of all roles and managed policies in the resources. */
export function readAccess(resources: readonly Resource[]): Access {
  const byRole = rolePolicies(resources);
  const statements = new Map<string, readonly Statement[]>();
  const names = new Map<string, string>([[IDENTITIES.admin, IDENTITIES.admin]]);
  for (const resource of resources) {
    if (resource.type !== 'AWS::Lambda::Function') continue;
    const role = resource.properties().text('Role');
    statements.set(functionIdentity(resource.logicalId), byRole.get(role) ?? []);
    names.set(functionIdentity(resource.logicalId), resource.logicalId);
  }
  statements.set(IDENTITIES.probe, probeStatements(resources));
  names.set(IDENTITIES.probe, IDENTITIES.probe);
  return {
    callerOf: (accessKeyId) => names.get(accessKeyId),
    allows: (accessKeyId, request) =>
      accessKeyId === IDENTITIES.admin || isAllowed(statements.get(accessKeyId) ?? [], request),
  };
}

/** Statements by role ARN: of the role itself, and of policies that name it. */
function rolePolicies(resources: readonly Resource[]): Map<string, Statement[]> {
  const byArn = new Map<string, Statement[]>();
  const byName = new Map<string, Statement[]>();
  const managed = new Map<string, Statement[]>();
  for (const resource of resources) {
    if (resource.type !== 'AWS::IAM::ManagedPolicy') continue;
    managed.set(resource.identity.ref, documentOf(resource));
  }
  for (const resource of resources) {
    if (resource.type !== 'AWS::IAM::Role') continue;
    const properties = resource.properties();
    const inline = properties
      .objects('Policies')
      .flatMap((policy) => readStatements(policy.json['PolicyDocument'], resource.logicalId));
    const attached = properties.texts('ManagedPolicyArns').flatMap((arn) => managed.get(arn) ?? []);
    const statements = [...inline, ...attached];
    byArn.set(resource.identity.attributes['Arn'] ?? '', statements);
    byName.set(resource.identity.ref, statements);
  }
  for (const resource of resources) {
    if (resource.type !== 'AWS::IAM::Policy' && resource.type !== 'AWS::IAM::ManagedPolicy')
      continue;
    for (const role of resource.properties().texts('Roles')) {
      byName.get(role)?.push(...documentOf(resource));
    }
  }
  return byArn;
}

/** The probe holds the managed policy meant for probes: the one whose logical id starts with `Probe` or ends so. */
function probeStatements(resources: readonly Resource[]): Statement[] {
  return resources
    .filter((resource) => resource.type === 'AWS::IAM::ManagedPolicy')
    .filter((resource) => resource.logicalId.includes('ProbePolicy'))
    .flatMap(documentOf);
}

function documentOf(resource: Resource): Statement[] {
  return readStatements(resource.properties().json['PolicyDocument'], resource.logicalId);
}
