import { Fields } from './fields.ts';
import type { ImportRows } from './import-rows.ts';
import type { LineOutcome, LineProblem } from './line-problem.ts';
import type { LineReader } from './line-reader.ts';
import { VpcPairs, type VpcRecord } from './vpc-pairs.ts';

/** Fields of version 2, which a log without a line of names has. */
const DEFAULT_FIELDS =
  'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
const NEEDED = ['srcaddr', 'dstaddr', 'protocol', 'start'] as const;
const MAX_PROTOCOL = 255;
const MAX_FLAGS = 255;
/** Longest name of an interface, characters. */
const MAX_TEXT = 64;

/**
 * VPC Flow Logs as text: of version 2, or with a first line that names the fields. Both directions of a conversation
 * become one flow.
 * Source: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 */
export class VpcReader implements LineReader {
  readonly #pairs: VpcPairs;
  #columns: ReadonlyMap<string, number> = columnsOf(DEFAULT_FIELDS);

  constructor(rows: ImportRows) {
    this.#pairs = new VpcPairs(rows);
  }

  begin(): void {
    this.#columns = columnsOf(DEFAULT_FIELDS);
  }

  read(line: string): LineOutcome {
    if (isVpcHeader(line)) return this.#readHeader(line);
    const cells = line.trim().split(/\s+/);
    const extra = cells.length - this.#columns.size;
    if (extra !== 0 && !(extra === 1 && isEventTime(cells[0]))) {
      return this.#wrongColumns(cells.length);
    }
    const fields = fieldsOf(line, cells.slice(extra), { columns: this.#columns, extra });
    const status = fields.text('log-status');
    if (status === 'NODATA') return 'no-data';
    if (status === 'SKIPDATA') return 'skipped-by-source';
    const record = recordOf(fields);
    if (fields.problem) return fields.problem;
    this.#pairs.add(record);
    return undefined;
  }

  finish(): void {
    this.#pairs.finish();
  }

  save(): undefined {}

  restore(): void {}

  #readHeader(line: string): LineOutcome {
    const columns = columnsOf(line.replace(/[${}]/g, ''));
    const missing = NEEDED.filter((name) => !columns.has(name));
    if (missing.length > 0) {
      const message = `the line of names lacks ${missing.join(', ')}: without them there is no flow`;
      return { reason: 'bad-header', message, column: 1 };
    }
    this.#columns = columns;
    return 'header';
  }

  #wrongColumns(found: number): LineProblem {
    const expected = this.#columns.size;
    const message = `expected ${expected} fields, not ${found}: logs of another format begin with a line that names them, as those in S3 do`;
    return { reason: 'wrong-columns', message };
  }
}

/** Whether a line names fields, as `srcaddr` or `${srcaddr}`. */
export function isVpcHeader(line: string): boolean {
  return /(?:^|[\s{])srcaddr(?:[\s}]|$)/.test(line);
}

/** Whether it is the time that CloudWatch writes before each event that it exports. */
export function isEventTime(word = ''): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(word);
}

function columnsOf(names: string): ReadonlyMap<string, number> {
  return new Map(
    names
      .trim()
      .split(/\s+/)
      .map((name, at) => [name, at]),
  );
}

function fieldsOf(
  line: string,
  cells: readonly string[],
  { columns, extra }: { readonly columns: ReadonlyMap<string, number>; readonly extra: number },
): Fields {
  return new Fields({
    get: (name) => {
      const cell = cells[columns.get(name) ?? -1];
      return cell === '-' ? undefined : cell;
    },
    columnOf: (name) => columnOf(line, extra + (columns.get(name) ?? 0)),
  });
}

/** Where the nth word of a line begins. */
function columnOf(line: string, n: number): number {
  const words = [...line.matchAll(/\S+/g)];
  return (words[n]?.index ?? 0) + 1;
}

function recordOf(fields: Fields): VpcRecord {
  const action = fields.text('action');
  if (action !== '' && action !== 'ACCEPT' && action !== 'REJECT') {
    fields.bad('action', 'ACCEPT or REJECT');
  }
  // What is behind a NAT gateway or a load balancer is told by pkt-….
  const source = fields.has('pkt-srcaddr') ? 'pkt-srcaddr' : 'srcaddr';
  const target = fields.has('pkt-dstaddr') ? 'pkt-dstaddr' : 'dstaddr';
  return {
    link: fields.text('interface-id').slice(0, MAX_TEXT),
    ...{ sourceText: fields.text(source), targetText: fields.text(target) },
    source: fields.address(source),
    target: fields.address(target),
    sourcePort: fields.port('srcport'),
    targetPort: fields.port('dstport'),
    protocol: fields.whole('protocol', MAX_PROTOCOL),
    packets: fields.whole('packets'),
    bytes: fields.whole('bytes'),
    startMs: fields.time('start'),
    endMs: fields.has('end') ? fields.time('end') : fields.time('start'),
    flags: fields.has('tcp-flags') ? fields.whole('tcp-flags', MAX_FLAGS) : undefined,
    rejected: action === 'REJECT',
  };
}
