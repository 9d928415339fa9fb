import type { Template } from 'aws-cdk-lib/assertions';
import { type NamedResource, plainId, resourcesOf, textOf } from './synthesized.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What the roles and policies of a template allow: one `owner: action on resource` line each, sorted. */
export function grantsOf(template: Template): readonly string[] {
  const policies = [
    ...resourcesOf(template, 'AWS::IAM::Policy'),
    ...resourcesOf(template, 'AWS::IAM::ManagedPolicy'),
  ];
  return policies.flatMap((policy) => linesOf(policy)).sort();
}

/** Lines that allow more than a named resource, or more than a named action. */
export function wideGrants(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => / on \*$/.test(line) || /: (\*|[a-z0-9-]+:\S*\*)/.test(line));
}

function linesOf(policy: NamedResource): readonly string[] {
  const { PolicyDocument, Roles } = policy.Properties;
  const owner = Roles === undefined ? plainId(policy.id) : textOf(Roles[0]).replace(/^<|>$/g, '');
  return (PolicyDocument.Statement as readonly Statement[]).flatMap(
    ({ Effect, Action, Resource }) => {
      const actions = [Action].flat();
      const resources = Array.isArray(Resource) ? Resource : [Resource];
      return actions.flatMap((action) =>
        resources.map(
          (resource) =>
            `${owner}: ${Effect === 'Allow' ? '' : 'not '}${action} on ${textOf(resource)}`,
        ),
      );
    },
  );
}
