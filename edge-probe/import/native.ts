import { BEHAVIOURS } from '../../core/classify/behaviours.ts';
import { SERVICES } from '../../core/classify/services.ts';
import {
  CONN_STATES,
  EVENT_KIND,
  type EventKind,
  isFlowKind,
  METHOD,
} from '../../core/event/kinds.ts';
import type { ImportRows } from './import-rows.ts';
import { parseJsonLine } from './json-line.ts';
import type { LineOutcome } from './line-problem.ts';
import type { LineReader } from './line-reader.ts';
import { NativeFields } from './native-fields.ts';
import { protocolNumber } from './protocols.ts';
import { serviceNamed } from './service-names.ts';

const KINDS: Readonly<Record<string, EventKind | undefined>> = EVENT_KIND;
const MAX_U8 = 255;
const MAX_U16 = 65_535;
const MAX_U32 = 0xffffffff;
const NOBODY = new Uint8Array(0);

/** Skirmish's own lines of JSON: those of `--flows` and of the events API, or written by hand with the same names. */
export class NativeReader implements LineReader {
  readonly #rows: ImportRows;

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  begin(): void {}

  read(line: string): LineOutcome {
    const parsed = parseJsonLine(line);
    if (!parsed.ok) return parsed.problem;
    const fields = new NativeFields(parsed.record, line);
    const kind = kindIn(fields);
    const flow = flowIn(fields);
    const protocol = protocolIn(fields);
    const responderPort = fields.whole('responderPort', MAX_U16);
    const [initiator, responder] = endsIn(fields, kind);
    const told = serviceIn(fields, responderPort);
    const row = {
      kind,
      timeMs: fields.time('time'),
      initiator,
      responder,
      numbers: {
        flow,
        protocol,
        responderPort,
        initiatorPort: fields.whole('initiatorPort', MAX_U16),
        durationMs: durationIn(fields),
        packetsOut: fields.whole('packetsOut', MAX_U32),
        packetsIn: fields.whole('packetsIn', MAX_U32),
        bytesOut: fields.whole('bytesOut'),
        bytesIn: fields.whole('bytesIn'),
        flagsOut: fields.whole('flagsOut', MAX_U8),
        flagsIn: fields.whole('flagsIn', MAX_U8),
        vlan: fields.whole('vlan', MAX_U16),
        pid: fields.whole('pid', MAX_U32),
        parentPid: fields.whole('parentPid', MAX_U32),
        user: fields.whole('user', MAX_U32),
        exitCode: fields.whole('exitCode', MAX_U16),
        evidence: fields.whole('evidence', MAX_U32),
        state: namedIn(fields, 'state', CONN_STATES),
        behaviour: namedIn(fields, 'behaviour', BEHAVIOUR_NAMES),
        service: told.service,
        method: told.method,
        confidence: told.confidence,
      },
      texts: {
        text: fields.text('text'),
        detail: fields.text('detail'),
        history: fields.text('history'),
      },
    };
    if (fields.problem) return fields.problem;
    // A flow without a number is one of its own.
    if (flow === 0 && isFlowKind(kind)) row.numbers.flow = this.#rows.nextFlow();
    this.#rows.row(row);
    return undefined;
  }

  finish(): void {}

  save(): undefined {}

  restore(): void {}
}

const BEHAVIOUR_NAMES = BEHAVIOURS.map(({ name }) => name);
const METHODS = Object.keys(METHOD);
const SERVICE_IDS = new Map(SERVICES.map(({ id, name }) => [name, id]));

/** A flow that only says where and when is over. */
function kindIn(fields: NativeFields): EventKind {
  const name = fields.text('kind') || 'whole';
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) fields.bad('kind', `one of ${Object.keys(KINDS).join(', ')}`);
  return kind ?? EVENT_KIND.whole;
}

/** The end of a flow may name its number alone, and a process has no ends. */
function endsIn(fields: NativeFields, kind: EventKind): readonly [Uint8Array, Uint8Array] {
  const isProcess = kind >= EVENT_KIND.fork && kind <= EVENT_KIND.exit;
  const isBare = kind === EVENT_KIND.close && !fields.has('initiator') && fields.has('flow');
  if (isProcess || isBare) return [NOBODY, NOBODY];
  return [fields.address('initiator'), fields.address('responder')];
}

/** Numbers of several boots are kept apart. */
function flowIn(fields: NativeFields): number {
  const flow = fields.whole('flow', MAX_U32);
  if (flow === 0) return 0;
  let sum = 0;
  for (const letter of fields.text('boot')) sum = (sum * 31 + letter.charCodeAt(0)) % MAX_U32;
  return ((flow + sum - 1) % MAX_U32) + 1;
}

function protocolIn(fields: NativeFields): number {
  const said = fields.text('protocol');
  if (said === '') return 0;
  const protocol = protocolNumber(said);
  if (protocol === undefined) fields.bad('protocol', 'a protocol such as tcp, or its number');
  return protocol ?? 0;
}

function durationIn(fields: NativeFields): number {
  const ms = fields.has('durationMs')
    ? fields.number('durationMs')
    : fields.number('duration') * 1000;
  if (ms >= 0 && ms <= MAX_U32) return Math.round(ms);
  fields.bad(fields.has('durationMs') ? 'durationMs' : 'duration', 'a time that is not negative');
  return 0;
}

function namedIn(fields: NativeFields, name: string, names: readonly string[]): number {
  const said = fields.text(name);
  if (said === '') return 0;
  const index = names.indexOf(said);
  if (index < 0) fields.bad(name, `one of ${names.join(', ')}`);
  return Math.max(0, index);
}

/** A service that was given with no method was told by whoever wrote the line. */
function serviceIn(
  fields: NativeFields,
  port: number,
): { service: number; method: number; confidence: number } {
  const said = fields.text('service');
  const service = SERVICE_IDS.get(said) ?? serviceNamed(said, port);
  const method = namedIn(fields, 'method', METHODS);
  const confidence = fields.whole('confidence', 100);
  if (service === 0) return { service, method, confidence };
  return { service, method: fields.has('method') ? method : METHOD.payload, confidence };
}
