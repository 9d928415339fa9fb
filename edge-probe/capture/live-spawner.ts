import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A capture child that was started. */
export interface LiveChild {
  /** Asks it to send what it has and to end; under load it may not hear. */
  stop(): void;
  kill(): void;
  /** How it ended, such as `code 1` or `SIGKILL`. */
  readonly ended: Promise<string>;
}

/** Starts capture children; who may capture does it. */
export interface LiveSpawner {
  /** Starts a child on an interface; `socket` becomes the child's connection to this process. */
  spawn(on: LiveInterface, socket: Socket): LiveChild;
}

/** The interface as it was asked for, and what it is called now. */
export interface LiveInterface {
  readonly device: string;
  readonly name: string;
}

/** Starts capture children from this process, with its own rights; `args` to node run another child than the real one. */
export function directSpawner(args: readonly string[] = childArgs()): LiveSpawner {
  return {
    spawn: ({ name }, socket) => {
      // No environment: the child needs no key, no credentials and no name of anything.
      const child = spawn(process.execPath, [...args, JSON.stringify({ device: name })], {
        stdio: ['pipe', socket, 'inherit'],
        env: {},
      });
      socket.destroy();
      return liveChild(child);
    },
  };
}

/** A started process as a capture child: the end of its standard input asks it to end. */
export function liveChild(child: ChildProcess): LiveChild {
  child.stdin?.on('error', () => {
    // It has ended already: that is told below.
  });
  return {
    stop: () => child.stdin?.end(),
    kill: () => child.kill('SIGKILL'),
    ended: new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    }),
  };
}

/** Arguments to node that run the capture child. From source it needs tsx. */
export function childArgs(): string[] {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return [fileURLToPath(new URL('./live-child.mjs', here))];
  const tsx = pathToFileURL(createRequire(here).resolve('tsx')).href;
  return ['--import', tsx, fileURLToPath(new URL('./live-child.ts', here))];
}
