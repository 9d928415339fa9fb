import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from './json.ts';
import { type Resource, Stack } from './stack.ts';
import { TemplateError } from './template-error.ts';

/** What `deployAssembly` needs besides the assembly. */
export interface Deploying {
  /** Values of template parameters, by name; each goes to the stacks that declare it. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly localize: (text: string) => string;
}

/** All stacks of a cloud assembly, resolved. */
export interface Deployment {
  readonly resources: readonly Resource[];
  /** Outputs by stack name, then by output name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Directory or file of each asset, by its object key in the asset bucket. */
  readonly assets: ReadonlyMap<string, string>;
  /** Names of the parameters of all stacks. */
  readonly parameters: ReadonlySet<string>;
}

interface StackArtifact {
  readonly id: string;
  readonly name: string;
  readonly templateFile: string;
  readonly dependencies: readonly string[];
}

/** Reads a synthesized cloud assembly and resolves its stacks in the order of their dependencies. */
export async function readAssembly(directory: string, deploying: Deploying): Promise<Deployment> {
  const artifacts = artifactsOf(await readJson(join(directory, 'manifest.json')));
  const templates = await Promise.all(
    artifacts.map((artifact) => readJson(join(directory, artifact.templateFile))),
  );
  const exports = new Map<string, Json>();
  const resources: Resource[] = [];
  const outputs: Record<string, Record<string, string>> = {};
  const names = new Set<string>();
  refuseUnusedParameters(templates, deploying);
  artifacts.forEach((artifact, index) => {
    const template = templates[index] ?? {};
    const parameters = declaredOnly(template, deploying.parameters);
    const stack = new Stack(template, {
      name: artifact.name,
      parameters,
      exports,
      localize: deploying.localize,
    });
    resources.push(...stack.resources());
    for (const name of stack.parameterNames()) names.add(name);
    outputs[artifact.name] = stack.outputs();
    for (const [name, value] of stack.exported()) exports.set(name, value);
  });
  const assets = await readAssets(directory, artifacts);
  return { resources, outputs, assets, parameters: names };
}

function artifactsOf(manifest: JsonObject): StackArtifact[] {
  const artifacts = isObject(manifest['artifacts']) ? manifest['artifacts'] : {};
  const stacks: StackArtifact[] = [];
  for (const [id, artifact] of Object.entries(artifacts)) {
    if (!isObject(artifact) || artifact['type'] !== 'aws:cloudformation:stack') continue;
    const properties = isObject(artifact['properties']) ? artifact['properties'] : {};
    const dependencies = Array.isArray(artifact['dependencies']) ? artifact['dependencies'] : [];
    stacks.push({
      id,
      name: String(properties['stackName'] ?? id),
      templateFile: String(properties['templateFile']),
      dependencies: dependencies.map(String),
    });
  }
  return inOrder(stacks);
}

function inOrder(stacks: readonly StackArtifact[]): StackArtifact[] {
  const ordered: StackArtifact[] = [];
  const visit = (stack: StackArtifact, above: readonly string[]): void => {
    if (above.includes(stack.id))
      throw new TemplateError(`Stacks depend in a circle: ${above.join(', ')}.`);
    for (const id of stack.dependencies) {
      const dependency = stacks.find((other) => other.id === id);
      if (dependency !== undefined) visit(dependency, [...above, stack.id]);
    }
    if (!ordered.includes(stack)) ordered.push(stack);
  };
  for (const stack of stacks) visit(stack, []);
  return ordered;
}

function declaredOnly(
  template: JsonObject,
  parameters: Deploying['parameters'],
): Record<string, string> {
  const declared = isObject(template['Parameters']) ? template['Parameters'] : {};
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => Object.hasOwn(declared, name)),
  );
}

function refuseUnusedParameters(templates: readonly JsonObject[], deploying: Deploying): void {
  for (const name of Object.keys(deploying.parameters)) {
    const declared = templates.some(
      (template) => isObject(template['Parameters']) && Object.hasOwn(template['Parameters'], name),
    );
    if (!declared) throw new TemplateError(`No stack has the parameter ${name}.`);
  }
}

async function readAssets(
  directory: string,
  artifacts: readonly StackArtifact[],
): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  for (const artifact of artifacts) {
    const manifest = await readJson(join(directory, `${artifact.id}.assets.json`));
    const files = isObject(manifest['files']) ? manifest['files'] : {};
    for (const file of Object.values(files)) {
      if (!isObject(file) || !isObject(file['source']) || !isObject(file['destinations'])) continue;
      const path = join(directory, String(file['source']['path']));
      for (const destination of Object.values(file['destinations'])) {
        if (isObject(destination)) assets.set(String(destination['objectKey']), path);
      }
    }
  }
  return assets;
}

async function readJson(path: string): Promise<JsonObject> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isObject(json)) throw new TemplateError(`${path} does not hold a JSON object.`);
  return json;
}
