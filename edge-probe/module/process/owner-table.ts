import { PROTOCOL } from '../../../core/event/kinds.ts';
import type { ProcFiles } from './proc-files.ts';
import { boundKey, connectedKey, decodeSocketLine, hexOf } from './socket-table.ts';

const REFRESH_MS = 1_000;
/** Sockets of a kind that are looked at. */
const MAX_SOCKETS = 8_192;
/** Processes that may own one. */
const MAX_PROCESSES = 32_768;
/** Open files looked at in one refresh; the next goes on from there. */
const MAX_FILES = 10_000;

const TABLES: readonly (readonly [file: string, protocol: number])[] = [
  ['net/tcp', PROTOCOL.tcp],
  ['net/tcp6', PROTOCOL.tcp],
  ['net/udp', PROTOCOL.udp],
  ['net/udp6', PROTOCOL.udp],
];

/** The process that owns a flow. */
export interface Owner {
  readonly pid: number;
  readonly command: string;
}

/** What is asked about. */
export interface OwnedFlow {
  readonly protocol: number;
  readonly initiatorPort: number;
  readonly responderPort: number;
  copyInitiator(into: Uint8Array): number;
  copyResponder(into: Uint8Array): number;
}

export interface OwnerTableOptions {
  readonly files: ProcFiles;
  /** The host's own addresses. */
  readonly addresses: () => readonly Uint8Array[];
  readonly nowMs: () => number;
}

/**
 * Which process of this host owns a flow. Looks again at most once a second, and only when it is asked about a flow of
 * the host that it does not know; each time looks at so many files and no more.
 */
export class OwnerTable {
  readonly counters = { refreshes: 0, owned: 0, unowned: 0 };
  readonly #options: OwnerTableOptions;
  readonly #one = new Uint8Array(16);
  readonly #other = new Uint8Array(16);
  #own = new Set<string>();
  #inodes = new Map<string, number>();
  #owners = new Map<number, Owner>();
  #refreshedMs = Number.NEGATIVE_INFINITY;
  #nextProcess = 0;

  constructor(options: OwnerTableOptions) {
    this.#options = options;
  }

  /** The owner of a flow: of its initiator when both ends are here; undefined when it is not known. */
  owner(flow: OwnedFlow): Owner | undefined {
    if (flow.protocol !== PROTOCOL.tcp && flow.protocol !== PROTOCOL.udp) return undefined;
    if (this.#own.size === 0) this.#readAddresses();
    const from = hexOf(this.#one, flow.copyInitiator(this.#one));
    const to = hexOf(this.#other, flow.copyResponder(this.#other));
    const isFrom = this.#own.has(from);
    const isTo = this.#own.has(to);
    if (!isFrom && !isTo) return undefined;
    const find = (): Owner | undefined => {
      const { protocol, initiatorPort, responderPort } = flow;
      const there = { hex: to, port: responderPort };
      const here = { hex: from, port: initiatorPort };
      const owner = isFrom ? this.#of(protocol, initiatorPort, there) : undefined;
      return owner ?? (isTo ? this.#of(protocol, responderPort, here) : undefined);
    };
    const known = find() ?? (this.#refresh() ? find() : undefined);
    if (known === undefined) this.counters.unowned++;
    else this.counters.owned++;
    return known;
  }

  #of(
    protocol: number,
    port: number,
    remote: { readonly hex: string; readonly port: number },
  ): Owner | undefined {
    const connected = this.#inodes.get(connectedKey(protocol, port, remote));
    if (connected !== undefined) return this.#owners.get(connected);
    const bound = this.#inodes.get(boundKey(protocol, port));
    return bound === undefined ? undefined : this.#owners.get(bound);
  }

  /** Looks again; whether it did. */
  #refresh(): boolean {
    const nowMs = this.#options.nowMs();
    if (Math.abs(nowMs - this.#refreshedMs) < REFRESH_MS) return false;
    this.#refreshedMs = nowMs;
    this.counters.refreshes++;
    this.#readAddresses();
    this.#inodes = this.#readSockets();
    const wanted = new Set(this.#inodes.values());
    for (const inode of this.#owners.keys()) if (!wanted.has(inode)) this.#owners.delete(inode);
    for (const inode of this.#owners.keys()) wanted.delete(inode);
    if (wanted.size > 0) this.#readOwners(wanted);
    return true;
  }

  #readAddresses(): void {
    this.#own = new Set(this.#options.addresses().map((bytes) => hexOf(bytes, bytes.length)));
  }

  #readSockets(): Map<string, number> {
    const inodes = new Map<string, number>();
    for (const [file, protocol] of TABLES) {
      const lines = (this.#options.files.read(file) ?? '').split('\n', MAX_SOCKETS + 1);
      for (const line of lines) {
        const socket = decodeSocketLine(line, protocol);
        if (socket !== undefined) inodes.set(socket.key, socket.inode);
      }
    }
    return inodes;
  }

  #readOwners(wanted: Set<number>): void {
    const { files } = this.#options;
    const pids = files.pids(MAX_PROCESSES);
    let left = MAX_FILES;
    for (let i = 0; i < pids.length && left > 0 && wanted.size > 0; i++) {
      const pid = pids[(this.#nextProcess + i) % pids.length] as number;
      left -= this.#readOwner(pid, wanted, left);
      if (left <= 0) this.#nextProcess = (this.#nextProcess + i) % pids.length;
    }
  }

  /** How many files were looked at. */
  #readOwner(pid: number, wanted: Set<number>, left: number): number {
    const { files } = this.#options;
    const names = files.list(`${pid}/fd`).slice(0, left);
    let owner: Owner | undefined;
    for (const name of names) {
      const inode = /^socket:\[(\d+)\]$/.exec(files.link(`${pid}/fd/${name}`))?.[1];
      if (inode === undefined || !wanted.delete(Number(inode))) continue;
      owner ??= { pid, command: (files.read(`${pid}/comm`) ?? '').trimEnd() };
      this.#owners.set(Number(inode), owner);
    }
    return names.length + 1;
  }
}
