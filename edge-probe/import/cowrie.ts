import { CONN_STATES, METHOD, PROTOCOL } from '../../core/event/kinds.ts';
import { serviceId } from '../app/signature.ts';
import { BEHAVIOUR } from '../behaviour/finding.ts';
import { type Fields, jsonFields } from './fields.ts';
import type { ImportRows, OpenFlow } from './import-rows.ts';
import { parseJsonLine } from './json-line.ts';
import type { LineOutcome } from './line-problem.ts';
import type { LineReader } from './line-reader.ts';

/** Sessions that are open at once; beyond them the oldest is forgotten. */
const MAX_SESSIONS = 20_000;
const CLOSED = CONN_STATES.indexOf('SF');
/** The honeypot spoke the protocol itself. */
const CERTAIN = 100;
/** Longest session id, characters; Cowrie's have 12. */
const MAX_ID = 64;
const PORTS: Readonly<Record<string, number>> = { ssh: 22, telnet: 23 };

/** A session that has not been closed; plain data, to be kept as JSON. */
interface Session {
  readonly open: OpenFlow;
  /** Hex of the addresses. */
  readonly source: string;
  readonly target: string;
  readonly port: number;
  readonly service: number;
  attempts: number;
  /** Times of the attempts to log in, ms. */
  firstMs: number;
  lastMs: number;
}

/**
 * Cowrie's JSON log: a session is a flow, opened and closed, and its attempts to log in are one finding, told when the
 * session ends. What was typed, sent or fetched, names and passwords included, is not taken over.
 * Source: https://docs.cowrie.org/en/latest/OUTPUT.html
 */
export class CowrieReader implements LineReader {
  readonly #rows: ImportRows;
  #sessions = new Map<string, Session>();

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  begin(): void {}

  read(line: string): LineOutcome {
    const parsed = parseJsonLine(line);
    if (!parsed.ok) return parsed.problem;
    const fields = jsonFields(parsed.record, line);
    const event = fields.required('eventid');
    switch (event) {
      case 'cowrie.session.connect':
        return this.#connect(fields);
      case 'cowrie.session.closed':
        return this.#closed(fields);
      case 'cowrie.login.failed':
      case 'cowrie.login.success':
        return this.#login(fields);
      default:
        if (fields.problem) return fields.problem;
        return /^cowrie\.(command|session\.(input|file_))/.test(event) ? 'withheld' : 'other-event';
    }
  }

  /** Sessions that are still open stay so: what they tried is told. */
  finish(): void {
    for (const session of this.#sessions.values()) this.#tell(session);
    this.#sessions.clear();
  }

  save(): unknown {
    return [...this.#sessions];
  }

  restore(state: unknown): void {
    // Rows of another run are in another batch.
    const sessions = (state as readonly (readonly [string, Session])[]).map(
      ([id, { open, ...rest }]) => [id, { ...rest, open: { ...open, generation: -1 } }] as const,
    );
    this.#sessions = new Map(sessions);
  }

  #connect(fields: Fields): LineOutcome {
    const id = fields.required('session');
    const protocol = fields.text('protocol') || 'ssh';
    const source = fields.address('src_ip');
    const target = fields.address('dst_ip');
    const initiatorPort = fields.port('src_port');
    const port = fields.has('dst_port') ? fields.port('dst_port') : (PORTS[protocol] ?? 0);
    const timeMs = fields.time('timestamp');
    if (id.length > MAX_ID) fields.bad('session', `at most ${MAX_ID} characters`);
    if (protocol !== 'ssh' && protocol !== 'telnet') fields.bad('protocol', 'ssh or telnet');
    if (fields.problem) return fields.problem;
    const service = serviceId(protocol);
    const open = this.#rows.open({
      ...{ timeMs, durationMs: 0, initiator: source, responder: target },
      ...{ initiatorPort, responderPort: port, protocol: PROTOCOL.tcp },
      // The log counts neither packets nor bytes.
      ...{ packetsOut: 0, packetsIn: 0, bytesOut: 0, bytesIn: 0, state: 0 },
      ...{ service, method: METHOD.payload, confidence: CERTAIN },
    });
    const ends = { source: hexOf(source), target: hexOf(target) };
    const attempts = { attempts: 0, firstMs: 0, lastMs: 0 };
    this.#remember(id, { open, ...ends, port, service, ...attempts });
    return undefined;
  }

  #login(fields: Fields): LineOutcome {
    const session = this.#sessions.get(fields.required('session'));
    const timeMs = fields.time('timestamp');
    if (fields.problem) return fields.problem;
    // Its beginning is in another file.
    if (session === undefined) return 'other-event';
    if (session.attempts++ === 0) session.firstMs = timeMs;
    session.lastMs = timeMs;
    return 'detail';
  }

  #closed(fields: Fields): LineOutcome {
    const id = fields.required('session');
    const timeMs = fields.time('timestamp');
    if (fields.problem) return fields.problem;
    const session = this.#sessions.get(id);
    if (session === undefined) return 'other-event';
    this.#sessions.delete(id);
    this.#rows.close(session.open, { timeMs, state: CLOSED });
    this.#tell(session);
    return undefined;
  }

  #remember(id: string, session: Session): void {
    this.#sessions.set(id, session);
    if (this.#sessions.size <= MAX_SESSIONS) return;
    for (const [oldest, forgotten] of this.#sessions) {
      this.#tell(forgotten);
      this.#sessions.delete(oldest);
      return;
    }
  }

  #tell(session: Session): void {
    const { attempts, firstMs, lastMs, port, service } = session;
    if (attempts === 0) return;
    this.#rows.finding({
      ...{ timeMs: firstMs, durationMs: lastMs - firstMs },
      ...{ source: bytesOf(session.source), target: bytesOf(session.target), targetPort: port },
      ...{ protocol: PROTOCOL.tcp, service, behaviour: BEHAVIOUR.bruteForce },
      ...{ confidence: confidenceOf(attempts), evidence: attempts, text: '', detail: '' },
    });
  }
}

/** Nobody has a reason to log in to a honeypot, but one attempt may be a mistake. */
function confidenceOf(attempts: number): number {
  if (attempts === 1) return 50;
  return attempts === 2 ? 70 : 90;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex');
}
