import { CONN_STATES } from '../../core/event/kinds.ts';
import { serviceId } from '../app/signature.ts';
import { TCP_FLAG } from '../flow/tcp-state.ts';
import { addressOf, type Fields, jsonFields, listIn } from './fields.ts';
import type { ImportRows } from './import-rows.ts';
import { parseJsonLine } from './json-line.ts';
import type { LineOutcome, LineProblem } from './line-problem.ts';
import type { LineReader } from './line-reader.ts';
import { isName } from './names.ts';
import { protocolNumber } from './protocols.ts';
import { serviceNamed, TOLD_CONFIDENCE } from './service-names.ts';
import { readHeaderLine, ZEEK_HEADER, type ZeekHeader, zeekFields } from './zeek-header.ts';

/** Logs that are read; others tell of no connection and no name. */
type ZeekLog = 'conn' | 'dns' | 'ssl' | 'http';

/** A line of a log: its fields, and the texts of a field that is a list. */
interface ZeekLine {
  readonly log: ZeekLog;
  readonly fields: Fields;
  list(name: string): readonly string[];
}

const MAX_ANSWERS = 64;
const MAX_HISTORY = 64;
const MAX_VLAN = 4_095;

/**
 * Zeek's conn.log, and the names in its dns.log, ssl.log and http.log; JSON or tables, told from line to line.
 * Source: https://docs.zeek.org/en/master/logs/conn.html
 */
export class ZeekReader implements LineReader {
  readonly #rows: ImportRows;
  #header: ZeekHeader = ZEEK_HEADER;
  #columns: ReadonlyMap<string, number> = new Map();

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  begin(): void {
    this.#take(ZEEK_HEADER);
  }

  read(line: string): LineOutcome {
    if (line.startsWith('#')) return this.#readHeader(line);
    const parsed = line.startsWith('{') ? jsonLine(line) : this.#tableLine(line);
    if (typeof parsed === 'string' || 'reason' in parsed) return parsed;
    if (parsed.log === 'conn') return this.#conn(parsed);
    if (parsed.log === 'dns') return this.#dns(parsed);
    if (parsed.log === 'ssl') return this.#server(parsed.fields, 'server_name', 'https');
    return this.#server(parsed.fields, 'host', 'http');
  }

  finish(): void {}

  save(): ZeekHeader {
    return this.#header;
  }

  restore(state: unknown): void {
    this.#take({ ...ZEEK_HEADER, ...(state as ZeekHeader) });
  }

  #readHeader(line: string): LineOutcome {
    const header = readHeaderLine(this.#header, line);
    if ('reason' in header) return header;
    this.#take(header);
    return 'header';
  }

  #take(header: ZeekHeader): void {
    if (header.columns !== this.#header.columns) {
      this.#columns = new Map(header.columns.map((name, at) => [name, at]));
    }
    this.#header = header;
  }

  #tableLine(line: string): ZeekLine | LineProblem | 'other-event' {
    const header = this.#header;
    if (header.columns.length === 0) {
      const message = 'there is no #fields line before it, which says what the columns are';
      return { reason: 'no-header', message };
    }
    const log = logOf(header.path, (name) => this.#columns.has(name));
    if (log === undefined) return 'other-event';
    const fields = zeekFields(header, this.#columns, line);
    if ('reason' in fields) return fields;
    const list = (name: string): readonly string[] => {
      const text = fields.text(name);
      return text === '' ? [] : text.split(header.setSeparator);
    };
    return { log, fields, list };
  }

  #conn({ fields, list }: ZeekLine): LineOutcome {
    const protocol = protocolIn(fields);
    const history = fields.text('history');
    const state = stateIn(fields);
    const responderPort = fields.port('id.resp_p');
    const flow = {
      timeMs: fields.time('ts'),
      durationMs: fields.number('duration') * 1000,
      initiator: fields.address('id.orig_h'),
      responder: fields.address('id.resp_h'),
      initiatorPort: fields.port('id.orig_p'),
      responderPort,
      protocol,
      packetsOut: fields.whole('orig_pkts'),
      packetsIn: fields.whole('resp_pkts'),
      bytesOut: fields.whole(fields.has('orig_ip_bytes') ? 'orig_ip_bytes' : 'orig_bytes'),
      bytesIn: fields.whole(fields.has('resp_ip_bytes') ? 'resp_ip_bytes' : 'resp_bytes'),
      flagsOut: flagsOf(history, false),
      flagsIn: flagsOf(history, true),
      state,
      history: /^[\w^]*$/.test(history) ? history.slice(0, MAX_HISTORY) : '',
      vlan: fields.whole('vlan', MAX_VLAN),
      service: serviceOf(list('service'), responderPort),
      confidence: TOLD_CONFIDENCE,
    };
    if (fields.problem) return fields.problem;
    // As it is: a copy of it would take a fifth of all time.
    this.#rows.flow(flow);
    return undefined;
  }

  #dns({ fields, list }: ZeekLine): LineOutcome {
    const name = fields.text('query');
    const addresses = list('answers')
      .slice(0, MAX_ANSWERS)
      .flatMap((text) => addressOf(text) ?? []);
    if (!isName(name) || addresses.length === 0) return 'other-event';
    const told = { timeMs: fields.time('ts'), asker: fields.address('id.orig_h'), name };
    if (fields.problem) return fields.problem;
    const service = serviceId('dns');
    const made = addresses.filter((address) => this.#rows.name({ ...told, address, service }));
    return made.length > 0 ? undefined : 'repeated-name';
  }

  #server(fields: Fields, field: string, service: string): LineOutcome {
    const name = fields.text(field).replace(/:\d+$/, '');
    if (!isName(name)) return 'other-event';
    const told = {
      timeMs: fields.time('ts'),
      asker: fields.address('id.orig_h'),
      address: fields.address('id.resp_h'),
    };
    if (fields.problem) return fields.problem;
    const isNew = this.#rows.name({ ...told, name, service: serviceId(service) });
    return isNew ? undefined : 'repeated-name';
  }
}

function jsonLine(line: string): ZeekLine | LineProblem | 'other-event' {
  const parsed = parseJsonLine(line);
  if (!parsed.ok) return parsed.problem;
  const { record } = parsed;
  const fields = jsonFields(record, line);
  const log = logOf(fields.text('_path'), (name) => Object.hasOwn(record, name));
  if (log === undefined) return 'other-event';
  const list = (name: string): readonly string[] => {
    const text = fields.text(name);
    return text === '' ? listIn(record, name).map(String) : text.split(',');
  };
  return { log, fields, list };
}

/** Which log a line is of, by its path, else by a field that only that log has. */
function logOf(path: string, has: (name: string) => boolean): ZeekLog | undefined {
  if (path === 'conn' || path === 'dns' || path === 'ssl' || path === 'http') return path;
  if (path !== '') return undefined;
  if (has('conn_state')) return 'conn';
  if (has('query') && has('qtype_name')) return 'dns';
  if (has('server_name')) return 'ssl';
  if (has('method') && has('host')) return 'http';
  return has('proto') && has('id.orig_h') && has('duration') ? 'conn' : undefined;
}

/** What is spoken inside TLS, else the last service that is known here: Zeek lists all that it found in each other. */
function serviceOf(names: readonly string[], port: number): number {
  if (names.includes('ssl')) return serviceNamed('ssl', port);
  for (let at = names.length - 1; at >= 0; at--) {
    const service = serviceNamed(names[at] as string, port);
    if (service !== 0) return service;
  }
  return 0;
}

function stateIn(fields: Fields): number {
  const text = fields.text('conn_state');
  const state = text === '' ? 0 : (CONN_STATES as readonly string[]).indexOf(text);
  if (state < 0) fields.bad('conn_state', 'a state such as SF');
  return Math.max(0, state);
}

function protocolIn(fields: Fields): number {
  const ipProtocol = fields.text('ip_proto');
  const name = fields.required('proto');
  if (name === 'icmp' && fields.text('id.orig_h').includes(':')) return 58;
  const known = name.startsWith('unknown') ? ipProtocol || '0' : name;
  const protocol = protocolNumber(known);
  if (protocol === undefined) fields.bad('proto', 'a protocol such as tcp');
  return protocol ?? 0;
}

/** Flags that letters of the history prove: upper case for the initiator, lower case for the responder. */
function flagsOf(history: string, lower: boolean): number {
  let flags = 0;
  for (const [letter, flag] of HISTORY_FLAGS) {
    if (history.includes(lower ? letter.toLowerCase() : letter)) flags |= flag;
  }
  return flags;
}

const HISTORY_FLAGS = [
  ['S', TCP_FLAG.syn],
  ['H', TCP_FLAG.syn | TCP_FLAG.ack],
  ['A', TCP_FLAG.ack],
  ['F', TCP_FLAG.fin],
  ['R', TCP_FLAG.rst],
] as const;
