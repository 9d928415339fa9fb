import type { Socket } from 'node:net';
import type { LiveChild, LiveSpawner } from '../capture/live-spawner.ts';
import { type LaunchRequest, parseLaunchAnswer } from './launch-message.ts';

/** The channel to the launcher, as a process that was forked has it. */
export interface LaunchChannel {
  /** The launcher is there. */
  readonly open: boolean;
  /** Does nothing when the launcher has gone. */
  send(request: LaunchRequest, socket?: Socket): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** How a capture ended of which nobody tells any more. */
const ORPHANED = 'its launcher';

/** Asks the launcher for capture children: this process has no rights to capture. */
export function launchedSpawner(
  interfaces: readonly string[],
  channel: LaunchChannel,
): LiveSpawner {
  const waiting = new Map<number, (how: string) => void>();
  channel.onMessage((message) => {
    const answer = parseLaunchAnswer(message);
    if (!answer) return;
    waiting.get(answer.capture)?.(answer.how);
    waiting.delete(answer.capture);
  });
  channel.onClose(() => {
    for (const end of waiting.values()) end(ORPHANED);
    waiting.clear();
  });
  return {
    spawn: ({ device }, socket): LiveChild => {
      const capture = interfaces.indexOf(device);
      const ended = new Promise<string>((resolve) => {
        if (channel.open) waiting.set(capture, resolve);
        else resolve(ORPHANED);
      });
      if (channel.open) channel.send({ type: 'start', capture }, socket);
      else socket.destroy();
      return {
        stop: () => channel.send({ type: 'stop', capture }),
        kill: () => channel.send({ type: 'kill', capture }),
        ended,
      };
    },
  };
}

/** The channel of this process to the launcher that has forked it; undefined without one. */
export function launchChannel(): LaunchChannel | undefined {
  const send = process.send?.bind(process);
  if (!send) return undefined;
  return {
    get open() {
      return process.connected;
    },
    // The socket is closed here when the launcher has it. Without a callback Node throws when the launcher has gone.
    send: (request, socket) => void send(request, socket, undefined, () => {}),
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
    // An open channel keeps a process running.
    close: () => {
      if (process.connected) process.disconnect();
    },
  };
}
