import { resolve } from 'node:path';
import { Backend } from './backend.ts';
import { Front } from './front.ts';
import type { FunctionRunner } from './functions/function-runner.ts';
import { ConnectionsService, managementPath } from './gateway/connections-service.ts';
import { DynamoService } from './gateway/dynamo-service.ts';
import { AwsEndpoint } from './gateway/endpoint.ts';
import { KinesisService } from './gateway/kinesis-service.ts';
import { S3Service } from './gateway/s3-service.ts';
import { readApis } from './http/api-definition.ts';
import { PublicServer } from './http/public-server.ts';
import type { SocketLimits } from './http/socket-api.ts';
import { type Access, readAccess } from './iam/access.ts';
import { localAddresses } from './local-addresses.ts';
import { lockDirectory } from './lock.ts';
import type { Mapping } from './mappings/mapping.ts';
import { Meter } from './meter.ts';
import { type Deployment, readAssembly } from './template/assembly.ts';
import { PLACE } from './template/naming.ts';

/** The parameter through which functions get the management endpoint of their WebSocket API. */
const SOCKET_ENDPOINT = 'SocketEndpoint';

/** What to run, and where. */
export interface RuntimeSetting {
  /** Folder of the synthesized cloud assembly. */
  readonly assemblyDir: string;
  /** State that survives a restart. One runtime at a time may use it. */
  readonly dataDir: string;
  /** Public port on 127.0.0.1; 0 takes any free one. */
  readonly port?: number;
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Gets a line for each stage, failure and denied call. */
  readonly log?: (line: string) => void;
  readonly socketLimits?: Partial<SocketLimits>;
}

/** A running Skirmish. */
export interface Runtime {
  /** Address of the map, with `/` at its end. */
  readonly siteUrl: string;
  /** Address viewers connect to: ws://… */
  readonly socketUrl: string;
  /** Address of all AWS APIs; identities are the access key ids of iam/access.ts. */
  readonly awsEndpoint: string;
  readonly region: string;
  /** Outputs by stack name, then output name. */
  readonly outputs: Deployment['outputs'];
  /** What was done and what AWS would bill. */
  counters(): Record<string, number>;
  /** Whether every accepted record has been through all functions behind it. */
  idle(): boolean;
  /** Stops everything; with `drainMs`, first waits up to that long until `idle`. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

interface Parts {
  readonly deployment: Deployment;
  readonly backend: Backend;
  readonly front: Front;
  readonly mappings: readonly Mapping[];
}

/** Starts the template of a cloud assembly on this machine. */
export async function startRuntime(setting: RuntimeSetting): Promise<Runtime> {
  const starting = new Starting(setting);
  try {
    return await starting.run();
  } catch (error) {
    await starting.undo();
    throw error;
  }
}

/** The steps of a start, and how each is undone in the reverse order. */
class Starting {
  readonly #setting: RuntimeSetting;
  readonly #dataDir: string;
  readonly #log: (line: string) => void;
  readonly #meter = new Meter();
  readonly #undo: (() => unknown)[] = [];
  readonly #began = performance.now();
  #access: Access | undefined;
  #front: Front | undefined;

  constructor(setting: RuntimeSetting) {
    this.#setting = setting;
    this.#dataDir = resolve(setting.dataDir);
    this.#log = setting.log ?? (() => undefined);
  }

  async run(): Promise<Runtime> {
    this.#undo.push(lockDirectory(this.#dataDir));
    const server = new PublicServer(this.#log);
    const port = await server.listen(this.#setting.port ?? 0);
    this.#undo.push(() => server.stop());
    const localize = localAddresses(port);
    const template = await this.#read(localize, {});
    const backend = new Backend({ dataDir: this.#dataDir, meter: this.#meter, log: this.#log });
    this.#undo.push(() => backend.stop());
    await backend.start();
    const awsEndpoint = await this.#endpoint(backend);
    this.#stage('Kinesis, DynamoDB, S3 and IAM emulated', awsEndpoint);
    const deployment = await this.#read(localize, socketEndpoint(template, awsEndpoint));
    this.#access = readAccess(deployment.resources);
    const front = this.#openFront(deployment, { awsEndpoint, localize });
    const warm = Promise.all(front.runners.map((runner) => runner.warm()));
    await backend.open(deployment.resources);
    this.#stage(
      'Streams, tables and buckets open',
      `${backend.streams.length} + ${backend.tables.length}`,
    );
    const files = await front.deploySite(backend.store);
    await warm;
    this.#stage(
      'Functions loaded',
      front.runners.map(({ definition }) => definition.logicalId).join(', '),
    );
    const mappings = backend.mappings(
      (name) => front.runner(name),
      (runner, action, resource) => this.#mustAllow(runner, action, resource),
    );
    for (const mapping of mappings) mapping.start();
    this.#undo.push(() => Promise.all(mappings.map((mapping) => mapping.stop())));
    server.open({ answer: (request) => front.answer(request), sockets: front.sockets });
    this.#stage('Mappings, APIs and site up', `${files} new files`);
    return this.#runtime({ deployment, backend, front, mappings }, { port, awsEndpoint });
  }

  /** Stops what has started, the last first. */
  async undo(): Promise<void> {
    for (const step of this.#undo.splice(0).reverse()) await step();
  }

  #runtime(parts: Parts, at: { port: number; awsEndpoint: string }): Runtime {
    const { deployment, front, mappings } = parts;
    const [stage = ''] = front.sockets.keys();
    const idle = (): boolean => mappings.every((mapping) => mapping.idle);
    return {
      siteUrl: `http://127.0.0.1:${at.port}/`,
      socketUrl: `ws://127.0.0.1:${at.port}${stage}`,
      awsEndpoint: at.awsEndpoint,
      region: PLACE.region,
      outputs: deployment.outputs,
      counters: () => ({ ...this.#meter.counters(), 'socket.open': front.viewers }),
      idle,
      stop: async ({ drainMs = 0 } = {}) => {
        const until = Date.now() + drainMs;
        for (const mapping of mappings) mapping.hurry();
        while (!idle() && Date.now() < until) await new Promise((go) => setTimeout(go, 50));
        await this.undo();
      },
    };
  }

  #read(
    localize: (text: string) => string,
    more: Readonly<Record<string, string>>,
  ): Promise<Deployment> {
    const parameters = { ...more, ...this.#setting.parameters };
    return readAssembly(resolve(this.#setting.assemblyDir), { parameters, localize });
  }

  async #endpoint(backend: Backend): Promise<string> {
    const endpoint = new AwsEndpoint({
      services: {
        kinesis: new KinesisService(() => backend.streams, backend.kinesis, this.#meter),
        dynamodb: new DynamoService(() => backend.tables, backend.dynamo, this.#meter),
        s3: new S3Service(backend.store, this.#meter),
        'execute-api': new ConnectionsService((apiId) => this.#front?.socketOf(apiId), this.#meter),
      },
      access: () => this.#access ?? NOBODY,
      meter: this.#meter,
      log: this.#log,
    });
    this.#undo.push(() => endpoint.stop());
    return endpoint.start();
  }

  #openFront(
    deployment: Deployment,
    at: { awsEndpoint: string; localize: (text: string) => string },
  ): Front {
    const { socketLimits } = this.#setting;
    const front = new Front(deployment, {
      dataDir: this.#dataDir,
      meter: this.#meter,
      log: this.#log,
      ...at,
      ...(socketLimits === undefined ? {} : { socketLimits }),
    });
    this.#front = front;
    this.#undo.push(() => front.stop());
    return front;
  }

  /** Lambda refuses to create a mapping whose function's role cannot read the source. */
  #mustAllow(runner: FunctionRunner, action: string, resource: string): void {
    const { identity, logicalId } = runner.definition;
    if (this.#access?.allows(identity, { action, resource })) return;
    throw new Error(
      `AccessDeniedException: User: ${logicalId} is not authorized to perform: ${action} on resource: ${resource} ` +
        'because no identity-based policy allows it; its event source mapping needs it.',
    );
  }

  #stage(what: string, detail: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    this.#log(`${what} (${detail}; ${seconds} s)`);
  }
}

const NOBODY: Access = { callerOf: () => undefined, allows: () => false };

/** Functions post to connections at this endpoint instead of AWS's. */
function socketEndpoint(template: Deployment, awsEndpoint: string): Record<string, string> {
  const api = readApis(template.resources).find(({ protocol }) => protocol === 'WEBSOCKET');
  if (api === undefined || !template.parameters.has(SOCKET_ENDPOINT)) return {};
  return { [SOCKET_ENDPOINT]: `${awsEndpoint}${managementPath(api.apiId, api.stage)}` };
}
