import { parseJsonLine } from './json-line.ts';
import type { ImportFormat } from './line-reader.ts';
import { isEventTime, isVpcHeader } from './vpc.ts';

const VPC_FIELDS = 14;

/** Which format a line is of, by what only that format has; undefined when it does not tell. */
export function detectFormat(line: string): ImportFormat | undefined {
  if (line.startsWith('#')) return /^#(separator|fields|path)/.test(line) ? 'zeek' : undefined;
  if (line.startsWith('{')) return jsonFormat(line);
  if (isVpcHeader(line)) return 'vpc';
  const words = line.trim().split(/\s+/, VPC_FIELDS + 2);
  if (isEventTime(words[0])) words.shift();
  const isVpc = words.length === VPC_FIELDS && /^(OK|NODATA|SKIPDATA)$/.test(words[13] ?? '');
  return isVpc ? 'vpc' : undefined;
}

function jsonFormat(line: string): ImportFormat | undefined {
  const parsed = parseJsonLine(line);
  if (!parsed.ok) return undefined;
  const { record } = parsed;
  const has = (name: string): boolean => Object.hasOwn(record, name);
  if (has('event_type') && has('timestamp')) return 'suricata';
  if (has('eventid')) return 'cowrie';
  if (has('id.orig_h') || has('_path')) return 'zeek';
  return 'ndjson';
}
