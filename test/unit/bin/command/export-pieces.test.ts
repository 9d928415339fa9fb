import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ExportFile,
  fetchPiece,
  type Piece,
  pieces,
} from '../../../../bin/command/export-pieces.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skirmish-export-'));
  file = join(folder, 'events.csv');
});
afterEach(() => rmSync(folder, { recursive: true }));

const piece = (text: string, next?: string, resume?: string): Piece => ({
  body: Buffer.from(text),
  next,
  resume,
});

describe('ExportFile', () => {
  it('goes on where it was, and writes a piece that was cut anew', () => {
    ExportFile.open(file, 'from=1').append(piece('one,', 'b'));
    writeFileSync(file, 'one,tw');

    const again = ExportFile.open(file, 'from=1');
    expect(again.cursor).toBe('b');
    again.append(piece('two', undefined, 'c'));

    expect(readFileSync(file, 'utf8')).toBe('one,two');
    expect(ExportFile.open(file, 'from=1').cursor).toBe('c');
  });

  it('is complete when nothing more can come, and then not begun again', () => {
    const whole = ExportFile.open(file, '');
    whole.append(piece('all'));

    expect(whole.isComplete).toBe(true);
    expect(() => ExportFile.open(file, '')).toThrow(/already.*Move it away/);
  });

  it('takes no other question than the one it was begun with', () => {
    ExportFile.open(file, 'from=1').append(piece('one', 'b'));

    expect(() => ExportFile.open(file, 'from=2')).toThrow(/other flags/);
  });
});

describe('pieces', () => {
  let server: Server;
  let url: string;
  const asked: (string | undefined)[] = [];
  beforeEach(async () => {
    asked.length = 0;
    let busy = true;
    server = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      asked.push(query.get('cursor') ?? undefined);
      if (query.get('filter') === 'x:y') {
        response
          .writeHead(400)
          .end('{"error":{"code":"bad-filter","message":"There is no \\"x\\"."}}');
      } else if (query.get('cursor') === null) {
        response.writeHead(200, { 'skirmish-next': 'b' }).end('one');
      } else if (busy) {
        busy = false;
        response.writeHead(503).end('{}');
      } else response.writeHead(200, { 'skirmish-resume': 'c' }).end(request.headers.authorization);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  it('are asked for until there is no next, again when the API is busy', async () => {
    const request = { url, query: new URLSearchParams('audience=operator'), token: 'secret' };
    const found: Piece[] = [];
    for await (const one of pieces((cursor) => fetchPiece(request, cursor), undefined)) {
      found.push(one);
    }

    expect(found.map(({ body }) => Buffer.from(body).toString())).toEqual(['one', 'Bearer secret']);
    expect(found.at(-1)?.resume).toBe('c');
    expect(asked).toEqual([undefined, 'b', 'b']);
  });

  it('are refused with what the API says', async () => {
    const request = { url, query: new URLSearchParams('filter=x:y') };

    await expect(fetchPiece(request, undefined)).rejects.toThrow('refused: There is no "x".');
  });
});
