import type { Socket } from 'node:net';
import type { LiveChild, LiveSpawner } from '../capture/live-spawner.ts';
import { type LaunchRequest, parseLaunchAnswer } from './launch-message.ts';

/** The channel to the launcher, as a process that was forked has it. */
export interface LaunchChannel {
  send(request: LaunchRequest, socket?: Socket): void;
  onMessage(listener: (message: unknown) => void): void;
  close(): void;
}

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
  return {
    spawn: ({ device }, socket): LiveChild => {
      const capture = interfaces.indexOf(device);
      const ended = new Promise<string>((resolve) => waiting.set(capture, resolve));
      channel.send({ type: 'start', capture }, socket);
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
    // The socket is closed here when the launcher has it.
    send: (request, socket) => void send(request, socket),
    onMessage: (listener) => process.on('message', listener),
    // An open channel keeps a process running.
    close: () => process.disconnect(),
  };
}
