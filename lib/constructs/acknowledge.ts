import { type CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts findings of cdk-nag on a construct and what is below it: rule id → written reason. */
export function acknowledge(scope: IConstruct, rules: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(rules)) {
    Validations.of(scope).acknowledge({ id, reason });
  }
}

/** Rule id of cdk-nag for one wildcard resource of a policy, so that any other wildcard is still an error. */
export function wildcardResource(of: IConstruct, text: (logicalId: string) => string): string {
  const logicalId = Stack.of(of).getLogicalId(of.node.defaultChild as CfnElement);
  return `AwsSolutions-IAM5[Resource::${text(logicalId)}]`;
}
