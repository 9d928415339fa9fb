import { randomUUID } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import type { Meter } from '../meter.ts';
import { type FunctionDefinition, functionEnvironment } from './definition.ts';
import { FunctionProcess, type Outcome } from './function-process.ts';

/** A log above this is set aside at the start of a process; one older log is kept. */
const LOG_BYTES = 10 * 1024 * 1024;
/** Lambda's limit of a synchronous answer. */
const ANSWER_BYTES = 6 * 1024 * 1024;
/** Invocations one process interleaves; AWS would run as many environments instead. */
const INTERLEAVED = 16;

/** What a runner needs besides the function's definition. */
export interface RunnerParts {
  readonly awsEndpoint: string;
  readonly logPath: string;
  readonly meter: Meter;
  readonly log: (line: string) => void;
}

/** Runs a function: starts its process, starts it again after a crash, and lets few invocations in at a time. */
export class FunctionRunner {
  readonly definition: FunctionDefinition;
  readonly #parts: RunnerParts;
  readonly #waiting: (() => void)[] = [];
  #process: Promise<FunctionProcess> | undefined;
  #running = 0;
  #stopped = false;

  constructor(definition: FunctionDefinition, parts: RunnerParts) {
    this.definition = definition;
    this.#parts = parts;
  }

  /** Loads the bundle ahead of the first invocation, as provisioned concurrency would. */
  async warm(): Promise<void> {
    await this.#current();
  }

  /** Invokes the function; failures of the function are outcomes, not exceptions. */
  async invoke(event: unknown): Promise<Outcome> {
    await this.#enter();
    const started = performance.now();
    try {
      const outcome = limitAnswer(await this.#invoke(JSON.stringify(event)));
      if (!outcome.ok) this.#reportFailure(outcome.error.errorType, outcome.error.errorMessage);
      return outcome;
    } finally {
      this.#count(performance.now() - started);
      this.#leave();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const running = await this.#process;
    await running?.stop();
  }

  async #invoke(event: string): Promise<Outcome> {
    const { definition } = this;
    const process = await this.#current();
    const failed = await process.ready;
    if (failed !== undefined) return { ok: false, error: failed };
    const id = randomUUID();
    const outcome = await process.invoke({
      id,
      event,
      timeoutMs: definition.timeoutMs,
      context: {
        awsRequestId: id,
        functionName: definition.name,
        functionVersion: '$LATEST',
        invokedFunctionArn: definition.arn,
        memoryLimitInMB: String(definition.memoryMb),
        callbackWaitsForEmptyEventLoop: false,
      },
    });
    this.#parts.meter.peak(
      `lambda.${definition.logicalId}.peakMb`,
      Math.ceil(process.peakRss / 1e6),
    );
    return outcome;
  }

  async #current(): Promise<FunctionProcess> {
    const known = this.#process;
    const present = await known;
    if (present?.alive) return present;
    if (this.#stopped) throw new Error(`${this.definition.logicalId} is stopped.`);
    // Another invocation may have started a new process in the meantime.
    if (this.#process === known) this.#process = this.#start(this.definition);
    return this.#process ?? this.#current();
  }

  async #start(definition: FunctionDefinition): Promise<FunctionProcess> {
    await rotate(this.#parts.logPath);
    const process = new FunctionProcess({
      env: functionEnvironment(definition, this.#parts.awsEndpoint),
      cwd: definition.codeDir,
      memoryMb: definition.memoryMb,
      logPath: this.#parts.logPath,
    });
    const failed = await process.ready;
    if (failed !== undefined) this.#reportFailure(failed.errorType, failed.errorMessage);
    return process;
  }

  async #enter(): Promise<void> {
    const limit = Math.min(INTERLEAVED, this.definition.reservedConcurrency ?? INTERLEAVED);
    while (this.#running >= limit) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
  }

  #leave(): void {
    this.#running -= 1;
    this.#waiting.shift()?.();
  }

  #count(ms: number): void {
    const { logicalId, memoryMb } = this.definition;
    const { meter } = this.#parts;
    meter.add('lambda.invocations');
    meter.add('lambda.gbMs', Math.round((ms * memoryMb) / 1024));
    meter.add(`lambda.${logicalId}.invocations`);
    meter.add(`lambda.${logicalId}.gbMs`, (Math.ceil(ms) * memoryMb) / 1024);
    meter.add(`lambda.${logicalId}.ms`, Math.ceil(ms));
  }

  #reportFailure(type: string, message: string): void {
    const { logicalId } = this.definition;
    this.#parts.meter.add('lambda.errors');
    this.#parts.meter.add(`lambda.${logicalId}.errors`);
    this.#parts.log(`${logicalId} failed: ${type}: ${message} (log: ${this.#parts.logPath})`);
  }
}

function limitAnswer(outcome: Outcome): Outcome {
  if (!outcome.ok || outcome.payload.length <= ANSWER_BYTES) return outcome;
  return {
    ok: false,
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${outcome.payload.length} bytes) exceeded maximum allowed payload size (${ANSWER_BYTES} bytes).`,
    },
  };
}

async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES) await rename(path, `${path}.old`);
}
