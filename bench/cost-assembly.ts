import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >;
}

/** A cloud assembly whose functions get their records no more often than every so many seconds, by type of source. */
export function asPolled(
  from: string,
  to: string,
  seconds: Readonly<Record<string, number>>,
): string {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (!name.endsWith('.template.json')) {
      symlinkSync(join(from, name), join(to, name));
      continue;
    }
    const template = JSON.parse(readFileSync(join(from, name), 'utf8')) as Template;
    for (const { Type, Properties } of Object.values(template.Resources)) {
      if (Type !== 'AWS::Lambda::EventSourceMapping' || Properties === undefined) continue;
      const window = seconds[sourceTypeOf(template, Properties['EventSourceArn'])];
      const present = Number(Properties['MaximumBatchingWindowInSeconds'] ?? 0);
      if (window !== undefined && present < window) {
        Properties['MaximumBatchingWindowInSeconds'] = window;
      }
    }
    writeFileSync(join(to, name), JSON.stringify(template));
  }
  return to;
}

function sourceTypeOf(template: Template, arn: unknown): string {
  const [id = ''] =
    (arn as { readonly 'Fn::GetAtt'?: readonly string[] } | null)?.['Fn::GetAtt'] ?? [];
  return template.Resources[id]?.Type ?? '';
}
