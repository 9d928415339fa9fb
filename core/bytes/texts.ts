import { readVarints, writeVarints } from './columns.ts';
import type { Reader } from './reader.ts';
import { decodeUtf8, utf8Length } from './utf8.ts';
import type { Writer } from './writer.ts';

/** Writes the lengths of all texts, then their UTF-8. */
export function writeTexts(writer: Writer, texts: readonly string[]): void {
  const lengths = new Uint32Array(texts.length);
  for (let i = 0; i < texts.length; i++) lengths[i] = utf8Length(texts[i] as string);
  writeVarints(writer, lengths);
  writer.section();
  for (let i = 0; i < texts.length; i++) writer.utf8(texts[i] as string);
}

/** Reads `count` texts of at most `maxBytes` each; the caller has bounded `count` by what the reader has left. */
export function readTexts(reader: Reader, count: number, maxBytes = reader.left): string[] {
  const lengths = readVarints(reader, count, maxBytes);
  const texts: string[] = [];
  for (const length of lengths) {
    const bytes = reader.bytes(length);
    const text = decodeUtf8(bytes);
    if (text === undefined) reader.reject('bad-value');
    if (text === undefined || reader.failure !== undefined) return [];
    texts.push(text);
  }
  return texts;
}
