import { existsSync, readFileSync } from 'node:fs';
import { EVENT_KIND } from '../../../core/event/kinds.ts';
import type { ModuleContext, ProbeModule } from '../module.ts';
import { Forkstat, forkstatCommand } from './forkstat.ts';
import { ForkstatEvents } from './forkstat-events.ts';
import { ownAddresses } from './own-addresses.ts';
import { OwnerTable } from './owner-table.ts';
import { ProcFiles } from './proc-files.ts';
import { ProcPoller } from './proc-poller.ts';
import type { ProcessEvent } from './process-event.ts';
import { RateLimit } from './rate-limit.ts';

const POLL_MS = 500;
/** Events told, a second and at once: a fork bomb makes thousands. */
const PER_SECOND = 200;
const BURST = 1_000;
/** Not there in the probe's jail. */
const USERS = '/etc/passwd';
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);

/** Where the module looks; the host itself by default. */
export interface ProcessSurroundings {
  readonly proc: string;
  /** Program and arguments instead of forkstat. */
  readonly forkstat: readonly [string, ...string[]] | undefined;
}

/** Tells the processes of this host, and which of them owns a flow. With the option `arguments` their arguments too. */
export function createModule(
  surroundings: ProcessSurroundings = { proc: '/proc', forkstat: undefined },
): ProbeModule {
  return new ProcessModule(surroundings);
}

class ProcessModule implements ProbeModule {
  readonly name = 'process';
  readonly #surroundings: ProcessSurroundings;
  readonly #files: ProcFiles;
  readonly #owners: OwnerTable;
  readonly #limit = new RateLimit(PER_SECOND, BURST);
  readonly #counts = { forks: 0, execs: 0, exits: 0, limited: 0 };
  readonly owner: OwnerTable['owner'];
  #events: ForkstatEvents | undefined;
  #forkstat: Forkstat | undefined;
  #poll: NodeJS.Timeout | undefined;
  #context: ModuleContext | undefined;
  #address: Uint8Array = LOOPBACK;
  #flooded = false;

  constructor(surroundings: ProcessSurroundings) {
    this.#surroundings = surroundings;
    this.#files = new ProcFiles(surroundings.proc);
    this.#owners = new OwnerTable({
      files: this.#files,
      addresses: ownAddresses,
      nowMs: () => performance.now(),
    });
    this.owner = (flow) => this.#owners.owner(flow);
  }

  async start(context: ModuleContext): Promise<void> {
    const { options } = context;
    if (options !== undefined && options !== 'arguments') {
      throw new Error(`the module process knows the option 'arguments' and not '${options}'`);
    }
    this.#context = context;
    this.#address = ownAddresses()[0] ?? LOOPBACK;
    const withArguments = options === 'arguments';
    const events = new ForkstatEvents(
      {
        files: this.#files,
        withArguments,
        passwd: existsSync(USERS) ? readFileSync(USERS, 'utf8') : '',
      },
      (event) => this.#tell(event),
    );
    events.begin();
    this.#events = events;
    this.#forkstat = new Forkstat({
      command: this.#surroundings.forkstat ?? forkstatCommand(withArguments),
      events,
      note: context.note,
      onImpossible: (why) => this.#pollInstead(why, withArguments),
    });
    this.#forkstat.start();
  }

  async stop(): Promise<void> {
    clearInterval(this.#poll);
    await this.#forkstat?.stop();
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counts,
      restarts: this.#forkstat?.restarts ?? 0,
      polling: this.#poll === undefined ? 0 : 1,
      ...this.#events?.counters,
      ...this.#owners.counters,
      unreadable: this.#files.unreadable,
    };
  }

  #pollInstead(why: string, withArguments: boolean): void {
    this.#context?.note(
      `process: forkstat cannot be used (${why}). Looking at ${this.#files.root} every ${POLL_MS} ms instead: processes that live shorter are missed, and exit codes are not known. For all of them install forkstat and run the probe as root with --no-jail`,
    );
    const poller = new ProcPoller(this.#files, (event) =>
      this.#tell(withArguments ? event : { ...event, commandLine: '' }),
    );
    poller.look();
    this.#poll = setInterval(() => poller.look(), POLL_MS);
  }

  #tell(event: ProcessEvent): void {
    const nowMs = Date.now();
    if (!this.#limit.pass(nowMs)) {
      this.#counts.limited++;
      if (!this.#flooded) {
        this.#context?.note(
          `process: more than ${PER_SECOND} events a second: the rest is counted`,
        );
      }
      this.#flooded = true;
      return;
    }
    this.#counts[COUNTED[event.kind]]++;
    this.#context?.rows.add(EVENT_KIND[event.kind], nowMs, (builder, row) => {
      const { columns } = builder;
      const size = this.#address.length === 16 ? 16 : 4;
      const address = builder.address(this.#address, 0, size);
      columns.initiator[row] = address;
      columns.responder[row] = address;
      columns.pid[row] = event.pid;
      columns.parentPid[row] = event.parentPid;
      columns.user[row] = event.user;
      columns.exitCode[row] = event.exitCode;
      columns.text[row] = builder.text(event.command);
      columns.detail[row] = builder.text(event.commandLine);
    });
  }
}

const COUNTED = { fork: 'forks', exec: 'execs', exit: 'exits' } as const;
