import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { S3Store } from '../gateway/s3-store.ts';
import { matchesPattern } from '../iam/policy.ts';
import { isObject } from '../template/json.ts';
import type { Properties } from '../template/properties.ts';
import type { Resource } from '../template/stack.ts';
import { TemplateError } from '../template/template-error.ts';
import { contentType } from './content-type.ts';

const KNOWN = [
  ...[
    'ServiceToken',
    'SourceBucketNames',
    'SourceObjectKeys',
    'SourceMarkers',
    'SourceMarkersConfig',
  ],
  ...['DestinationBucketName', 'DestinationBucketKeyPrefix', 'Prune', 'Exclude', 'Include'],
  ...['SystemMetadata', 'WaitForDistributionInvalidation', 'OutputObjectKeys', 'DistributionId'],
  ...['DistributionPaths', 'RetainOnDelete', 'Extract', 'SignContent'],
];

/** What bucket deployments need from outside. */
export interface DeployParts {
  readonly assets: ReadonlyMap<string, string>;
  readonly store: S3Store;
  readonly localize: (text: string) => string;
}

/** Puts the site's files into their bucket as the CDK's deployment function would; gives the number of new ones. */
export async function deployBuckets(
  resources: readonly Resource[],
  parts: DeployParts,
): Promise<number> {
  let changed = 0;
  for (const resource of resources) {
    if (resource.type === 'Custom::CDKBucketDeployment') {
      changed += await deploy(resource.properties().only(KNOWN), parts);
    }
  }
  return changed;
}

async function deploy(properties: Properties, parts: DeployParts): Promise<number> {
  const bucket = properties.text('DestinationBucketName');
  const prefix = properties.textOr('DestinationBucketKeyPrefix', '');
  const included = filterOf(properties);
  const metadata = properties.objectOr('SystemMetadata').json;
  const files = await sourceFiles(properties, parts);
  const before = new Map(parts.store.list(bucket, prefix).map((head) => [head.key, head]));
  let changed = 0;
  const keys = new Set<string>();
  for (const [path, body] of files) {
    if (!included(path)) continue;
    const key = prefix + path;
    keys.add(key);
    const headers: Record<string, string> = { 'content-type': contentType(path) };
    for (const [name, value] of Object.entries(metadata)) headers[name] = String(value);
    const known = before.get(key);
    const same =
      known?.etag === `"${createHash('md5').update(body).digest('hex')}"` &&
      JSON.stringify(known.headers) === JSON.stringify(headers);
    if (same) continue;
    await parts.store.put(bucket, key, { body, headers });
    changed += 1;
  }
  if (properties.booleanOr('Prune', true)) {
    for (const key of before.keys()) {
      if (!keys.has(key) && included(key.slice(prefix.length)))
        await parts.store.remove(bucket, key);
    }
  }
  return changed;
}

/** `aws s3 sync`: later filters win, and the excludes come before the includes. */
function filterOf(properties: Properties): (path: string) => boolean {
  const excluded = properties.texts('Exclude');
  const included = properties.texts('Include');
  return (path) =>
    included.some((pattern) => matchesPattern(pattern, path)) ||
    !excluded.some((pattern) => matchesPattern(pattern, path));
}

async function sourceFiles(
  properties: Properties,
  parts: DeployParts,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const markers = properties.list('SourceMarkers');
  const keys = properties.texts('SourceObjectKeys');
  for (const [index, key] of keys.entries()) {
    const directory = parts.assets.get(key);
    if (directory === undefined) throw new TemplateError(`The assembly has no asset ${key}.`);
    const replace = markers[index];
    for (const path of await filesIn(directory)) {
      const body = await readFile(join(directory, path));
      files.set(path.split(sep).join('/'), replaced(body, isObject(replace) ? replace : {}, parts));
    }
  }
  return files;
}

function replaced(
  body: Buffer,
  markers: Readonly<Record<string, unknown>>,
  parts: DeployParts,
): Buffer {
  const entries = Object.entries(markers);
  if (entries.length === 0) return body;
  let text = body.toString('utf8');
  for (const [marker, value] of entries) text = text.replaceAll(marker, String(value));
  return Buffer.from(parts.localize(text));
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}
