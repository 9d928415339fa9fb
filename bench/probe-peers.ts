import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { join } from 'node:path';

/** Another flow meter: its command line for reading a capture. */
export interface Peer {
  readonly name: string;
  readonly args: (capture: string, folder: string) => readonly string[];
}

/** Flow meters that are measured when they are installed. */
export function peers(sinkPort: number): readonly Peer[] {
  return [
    {
      name: 'softflowd',
      args: (capture, folder) => [
        ...['-r', capture, '-n', `127.0.0.1:${sinkPort}`, '-m', '1000000', '-d'],
        // With a control socket it may wait for a connection to it before it reads the file.
        ...['-p', join(folder, 'softflowd.pid'), '-c', 'none'],
      ],
    },
    { name: 'nfpcapd', args: (capture, folder) => ['-r', capture, '-w', folder] },
    { name: 'argus', args: (capture, folder) => ['-r', capture, '-w', join(folder, 'argus.out')] },
  ];
}

/** Whether a program can be found. */
export function isInstalled(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

/** Takes NetFlow datagrams and forgets them. */
export function openSink(): Promise<{ port: number; close(): void }> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.on('error', reject);
    socket.on('message', () => {});
    socket.bind(0, '127.0.0.1', () => {
      resolve({ port: socket.address().port, close: () => socket.close() });
    });
  });
}
