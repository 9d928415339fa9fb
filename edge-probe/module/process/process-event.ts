/** A process began, became another program, or ended. */
export interface ProcessEvent {
  readonly kind: 'fork' | 'exec' | 'exit';
  readonly pid: number;
  /** 0 when not known. */
  readonly parentPid: number;
  /** UNKNOWN_USER when not known. */
  readonly user: number;
  readonly command: string;
  /** '' unless arguments are told. */
  readonly commandLine: string;
  /** As shells have it: 128 + n after signal n. UNKNOWN_EXIT when not known; 0 for fork and exec. */
  readonly exitCode: number;
}

/** What the kernel calls an invalid uid. */
export const UNKNOWN_USER = 0xffffffff;
export const UNKNOWN_EXIT = 0xffff;
