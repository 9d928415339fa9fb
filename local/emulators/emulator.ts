import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An AWS service emulator in a process of its own. */
export interface Emulator {
  readonly port: number;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
  /** Resolves with the exit code when the process ends without being asked to. */
  readonly died: Promise<number>;
}

/** How to start an emulator. */
export interface EmulatorSetting {
  readonly name: string;
  /** File beside this one that is run. */
  readonly host: string;
  readonly arguments?: readonly string[];
  readonly logPath: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an emulator and waits until it says its port. */
export async function startEmulator(setting: EmulatorSetting): Promise<Emulator> {
  const log = openSync(setting.logPath, 'a');
  const child = fork(
    fileURLToPath(new URL(setting.host, import.meta.url)),
    setting.arguments ?? [],
    {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...setting.env },
      execArgv: [],
      // Ctrl-C goes to a whole process group; this process decides when the emulators end.
      detached: true,
    },
  );
  closeSync(log);
  let stopping = false;
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const port = await Promise.race([saidPort(child), exited.then((code) => failed(setting, code))]);
  return {
    port,
    died: exited.then((code) => (stopping ? new Promise<never>(() => {}) : code)),
    stop: async () => {
      stopping = true;
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function saidPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve((message as { port: number }).port));
  });
}

function failed(setting: EmulatorSetting, code: number): never {
  throw new Error(
    `${setting.name} ended with code ${code} before it was ready. Its log: ${setting.logPath}`,
  );
}
