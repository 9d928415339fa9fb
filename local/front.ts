import { join } from 'node:path';
import { type FunctionDefinition, readFunctions } from './functions/definition.ts';
import { FunctionRunner } from './functions/function-runner.ts';
import type { S3Store } from './gateway/s3-store.ts';
import { type ApiDefinition, readApis } from './http/api-definition.ts';
import { deployBuckets } from './http/bucket-deployment.ts';
import { readDistribution } from './http/distribution.ts';
import { HttpApi, type PublicAnswer, type PublicRequest } from './http/http-api.ts';
import type { Invoke } from './http/invoker.ts';
import { Site } from './http/site.ts';
import { SocketApi, type SocketLimits } from './http/socket-api.ts';
import type { Meter } from './meter.ts';
import type { Deployment } from './template/assembly.ts';
import { TemplateError } from './template/template-error.ts';

/** What the front needs from outside. */
export interface FrontSetting {
  readonly dataDir: string;
  readonly awsEndpoint: string;
  readonly localize: (text: string) => string;
  readonly meter: Meter;
  readonly log: (line: string) => void;
  readonly socketLimits?: Partial<SocketLimits>;
}

/** Functions and what calls them from outside: WebSocket API, HTTP API and site. */
export class Front {
  readonly runners: readonly FunctionRunner[];
  readonly sockets: ReadonlyMap<string, SocketApi>;
  readonly #https: readonly HttpApi[];
  readonly #deployment: Deployment;
  readonly #setting: FrontSetting;
  #site: Site | undefined;

  constructor(deployment: Deployment, setting: FrontSetting) {
    this.#deployment = deployment;
    this.#setting = setting;
    const definitions = readFunctions(deployment.resources, deployment.assets);
    this.runners = definitions.map((definition) => this.#runner(definition));
    const apis = readApis(deployment.resources);
    const invoke: Invoke = (name, event) => this.runner(name).invoke(event);
    const { meter, socketLimits = {} } = setting;
    const sockets = apis
      .filter(isWebSocket)
      .map((api) => new SocketApi(api, { invoke, meter, limits: socketLimits }));
    this.sockets = new Map(sockets.map((socket) => [`/${socket.definition.stage}`, socket]));
    const count = (): void => meter.add('http.requests');
    this.#https = apis
      .filter((api) => !isWebSocket(api))
      .map((api) => new HttpApi(api, invoke, count));
  }

  /** Puts the site's files into their bucket; gives the number of files that were new. */
  async deploySite(store: S3Store): Promise<number> {
    const { resources, assets } = this.#deployment;
    const files = await deployBuckets(resources, {
      assets,
      store,
      localize: this.#setting.localize,
    });
    const definition = readDistribution(resources);
    const api = (apiId: string): HttpApi | undefined =>
      this.#https.find((http) => http.definition.apiId === apiId);
    this.#site = definition === undefined ? undefined : new Site(definition, { store, api });
    return files;
  }

  /** Answers a request to the public port; without a site the first HTTP API does. */
  async answer(request: PublicRequest): Promise<PublicAnswer> {
    if (this.#site !== undefined) return this.#fromSite(this.#site, request);
    const [api] = this.#https;
    if (api !== undefined) return api.answer(request);
    return { status: 404, headers: {}, body: Buffer.from('Not Found') };
  }

  /** The runner of a function, by ARN or name. */
  runner(name: string): FunctionRunner {
    const found = this.runners.find(
      ({ definition }) => definition.arn === name || definition.name === name,
    );
    if (found === undefined) throw new TemplateError(`No function ${name} runs here.`);
    return found;
  }

  /** Open WebSocket connections. */
  get viewers(): number {
    return [...this.sockets.values()].reduce((sum, socket) => sum + socket.open, 0);
  }

  socketOf(apiId: string): SocketApi | undefined {
    return [...this.sockets.values()].find((socket) => socket.definition.apiId === apiId);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sockets.values()].map((socket) => socket.stop()));
    await Promise.all(this.runners.map((runner) => runner.stop()));
  }

  async #fromSite(site: Site, request: PublicRequest): Promise<PublicAnswer> {
    const answer = await site.answer(request);
    this.#setting.meter.add('site.requests');
    this.#setting.meter.add('site.bytesOut', answer.body.length);
    return answer;
  }

  #runner(definition: FunctionDefinition): FunctionRunner {
    const { dataDir, awsEndpoint, meter, log } = this.#setting;
    const logPath = join(dataDir, 'logs', `${definition.logicalId}.log`);
    return new FunctionRunner(definition, { awsEndpoint, logPath, meter, log });
  }
}

function isWebSocket(api: ApiDefinition): boolean {
  return api.protocol === 'WEBSOCKET';
}
