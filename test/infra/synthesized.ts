import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { afterAll } from 'vitest';
import { skirmishApp } from '../../lib/app.ts';
import { parseConfig, type SkirmishConfigInput } from '../../lib/config.ts';
import { STACKS } from '../../lib/stack-names.ts';

/** A resource of a template. */
interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are whatever its type takes
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

/** A resource with its logical id. */
export type NamedResource = Resource & { readonly id: string };

const scratch = mkdtempSync(join(tmpdir(), 'skirmish-infra-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A new empty folder that goes when the tests end. */
export function scratchFolder(): string {
  return mkdtempSync(join(scratch, 'folder-'));
}

/** The app with stand-ins for the functions' code: only the templates matter here. */
export function appWith(config: SkirmishConfigInput = {}, checks = false): App {
  const siteDir = scratchFolder();
  writeFileSync(join(siteDir, 'index.html'), '<!doctype html>');
  const code = (): Code => Code.fromInline('export const handler = () => {};');
  const outdir = scratchFolder();
  return skirmishApp({ config: parseConfig(config), code, siteDir, outdir, checks });
}

/** The pipeline's template. */
export function pipelineTemplate(config: SkirmishConfigInput = {}): Template {
  return templateOf(appWith(config), STACKS.pipeline);
}

/** The site's template. */
export function siteTemplate(config: SkirmishConfigInput = {}): Template {
  return templateOf(appWith(config), STACKS.site);
}

/** All resources of a type. */
export function resourcesOf(template: Template, type: string): readonly NamedResource[] {
  const found = template.findResources(type) as Record<string, Resource>;
  return Object.entries(found).map(([id, resource]) => ({ id, ...resource }));
}

/** A logical id without the hash that the CDK puts at its end. */
export function plainId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

/** A value with intrinsic functions as one readable text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  const [[name, argument] = ['', '']] = Object.entries(value as Record<string, unknown>);
  if (name === 'Ref') return `<${plainId(argument as string)}>`;
  if (name === 'Fn::Join') return textOf((argument as readonly unknown[])[1]);
  if (name === 'Fn::Sub') return textOf(argument);
  if (name === 'Fn::ImportValue')
    return `<${(argument as string).replace(/.*OutputRef/, '').replace(/[0-9A-F]{16}$/, '')}>`;
  if (name !== 'Fn::GetAtt') throw new Error(`no text for ${JSON.stringify(value)}`);
  const [id = '', attribute] = argument as readonly string[];
  return `<${plainId(id)}.${attribute}>`;
}

function templateOf(app: App, name: string): Template {
  return Template.fromStack(app.node.findChild(name) as Stack);
}
