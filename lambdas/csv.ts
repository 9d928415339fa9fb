/** One record of comma-separated text, and the line it begins at. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

/** Records of comma-separated text (RFC 4180), fields trimmed; quotes are doubled inside quotes, and a quoted field may have line ends. */
export function* csvRecords(text: string): Generator<CsvRecord> {
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const first = line;
    const fields: string[] = [];
    let isLast = false;
    while (!isLast) {
      const field = fieldAt(text, at);
      fields.push(field.value.trim());
      line += field.lines;
      at = field.end + 1;
      isLast = text[field.end] !== ',';
    }
    line++;
    yield { fields, line: first };
  }
}

function fieldAt(text: string, from: number): { value: string; end: number; lines: number } {
  let at = from;
  while (text[at] === ' ') at++;
  if (text[at] !== '"') {
    const end = endOfField(text, at);
    return { value: text.slice(from, end), end, lines: 0 };
  }
  let end = text.indexOf('"', at + 1);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  const quote = end < 0 ? text.length : end;
  const value = text.slice(at + 1, quote).replaceAll('""', '"');
  return { value, end: endOfField(text, quote + 1), lines: value.split('\n').length - 1 };
}

/** Step by step: a search for the next comma would go through the whole text where there is none. */
function endOfField(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') end++;
  return end;
}
