import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two connected sockets: what a child writes into `theirs` is put where `space` says and told to `took`. */
export interface SocketPair {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** Makes a pair of sockets through a folder that only this user may enter and that is gone afterwards. */
export async function openSocketPair(
  space: () => Uint8Array,
  took: (bytes: number) => void,
): Promise<SocketPair> {
  const folder = mkdtempSync(join(tmpdir(), 'skirmish-'));
  const path = join(folder, 'capture');
  // Paused, so that nothing is read here of what is the child's to read.
  const server = createServer({ pauseOnConnect: true });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(path, resolve);
    });
    const accepted = new Promise<Socket>((resolve) => {
      server.once('connection', resolve);
    });
    const ours = await new Promise<Socket>((resolve, reject) => {
      const callback = (bytes: number): boolean => {
        took(bytes);
        return true;
      };
      const socket = connect({ path, onread: { buffer: space, callback } });
      socket.once('error', reject).once('connect', () => resolve(socket.off('error', reject)));
    });
    return { ours, theirs: await accepted };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
