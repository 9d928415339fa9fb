import type { ImportFormat } from '../import/line-reader.ts';
import type { Attack } from '../simulate/attack.ts';
import type { Site } from '../simulate/sites.ts';
import type { StatusFormat } from './status.ts';

/** Where batches go, as whom, and how much may wait meanwhile. */
export interface ShippingOptions {
  readonly dryRun: boolean;
  readonly stream: string;
  readonly region: string | undefined;
  /** Given by hand; AWS's own otherwise. */
  readonly endpoint: string | undefined;
  /** HOST:PORT of a relay that is sent to instead of the stream. */
  readonly relay: string | undefined;
  readonly probe: string;
  readonly keyFile: string;
  readonly stateDir: string;
  /** Memory for batches that wait. */
  readonly queueBytes: number;
  /** Disk for batches that wait. */
  readonly spoolBytes: number;
  /** A batch that waited longer is dropped. */
  readonly spoolAgeMs: number;
}

/** What packets are made into. */
export interface MeteringOptions {
  /** Name applications by their first payload bytes. */
  readonly identify: boolean;
  /** Find scans, floods and the like. */
  readonly behaviour: boolean;
  /** By name, such as `scan-vertical.ports`; what is not named keeps its default. */
  readonly thresholds: Readonly<Record<string, number | undefined>>;
  /** Tunnels decoded one within the other; 0 for none. */
  readonly tunnels: number;
  readonly activeMs: number;
  readonly tcpIdleMs: number;
  readonly maxFlows: number;
}

/** What a running probe says of itself. */
export interface TellingOptions {
  readonly status: StatusFormat;
  /** Port of metrics and status on 127.0.0.1; undefined for none. */
  readonly metricsPort: number | undefined;
}

interface RunningCommand extends TellingOptions {
  readonly shipping: ShippingOptions;
  readonly metering: MeteringOptions;
}

/** Files that `record` writes beside metering. */
export interface RecordOptions {
  readonly directory: string;
  /** A file is finished after this time, ms; Infinity for never. */
  readonly rotateMs: number;
  /** A file is finished before it grows over this, bytes; Infinity for never. */
  readonly rotateBytes: number;
  /** Newest files that stay, of each interface; Infinity for all. */
  readonly keep: number;
}

export interface CaptureCommand extends RunningCommand {
  readonly kind: 'capture';
  readonly interfaces: readonly string[];
  readonly filter: string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  /** Keep one in n flows under overload. */
  readonly sampling: boolean;
  readonly modules: readonly string[];
  /** Who to become when started as root; the packaged user when not said. */
  readonly user: string | undefined;
  /** Change user and root directory when started as root. */
  readonly jail: boolean;
  /** Also keep the packets in files. */
  readonly record: RecordOptions | undefined;
}

export interface ReplayCommand extends RunningCommand {
  readonly kind: 'replay';
  readonly files: readonly string[];
  /** Times the capture's own speed; Infinity for as fast as possible. */
  readonly speed: number;
}

/** Prints what a file holds and ships nothing. */
export interface PrintCommand {
  readonly kind: 'summary' | 'flows';
  readonly files: readonly string[];
  readonly metering: MeteringOptions;
  /** Seed of the Community IDs; undefined for none. */
  readonly communityIdSeed: number | undefined;
}

/** What `watch` does with a file that was read. */
export type After = { readonly kind: 'keep' | 'delete' } | { readonly kind: 'move'; to: string };

export interface WatchCommand extends RunningCommand {
  readonly kind: 'watch';
  readonly directory: string;
  readonly after: After;
  /** A file that did not change for so long is finished, ms. */
  readonly settleMs: number;
}

export interface ImportCommand extends TellingOptions {
  readonly kind: 'import';
  /** `-` for standard input. */
  readonly files: readonly string[];
  /** Undefined to be told by the lines. */
  readonly format: ImportFormat | undefined;
  /** Go on with what is appended. */
  readonly follow: boolean;
  /** Print a line of JSON a file or a row, instead of shipping. */
  readonly print: 'summary' | 'flows' | undefined;
  /** Seed of the Community IDs of printed flows; undefined for none. */
  readonly communityIdSeed: number | undefined;
  readonly shipping: ShippingOptions;
}

export interface SimulateCommand extends TellingOptions {
  readonly kind: 'simulate';
  /** Attacks of a list; undefined for the demo. */
  readonly attacks: readonly Attack[] | undefined;
  readonly site: Site;
  readonly rate: number;
  readonly seed: number;
  /** Infinity without an end. */
  readonly seconds: number;
  readonly realTime: boolean;
  /** A pcap file to write instead of shipping. */
  readonly out: string | undefined;
  readonly shipping: ShippingOptions | undefined;
  readonly metering: MeteringOptions;
}

export interface CheckCommand {
  readonly kind: 'check';
  readonly interfaces: readonly string[];
  readonly filter: string;
  /** Directories of captures, and whether they are written to. */
  readonly directories: readonly { readonly path: string; readonly written: boolean }[];
  readonly shipping: ShippingOptions;
  /** What is missing before anything could be shipped, such as `--stream NAME`. */
  readonly missing: readonly string[];
  readonly configFile: string | undefined;
  readonly json: boolean;
}

export interface RelayCommand extends TellingOptions {
  readonly kind: 'relay';
  /** ADDRESS:PORT to listen on. */
  readonly listen: string;
  /** Where the relay keys of its probes are. */
  readonly keysDir: string;
  readonly shipping: ShippingOptions;
}

/** Prints what is to be installed at a relay. */
export interface RelayKeyCommand {
  readonly kind: 'relay-key';
  readonly probe: string;
  readonly keyFile: string;
}

export interface StatusCommand {
  readonly kind: 'status';
  /** Undefined when metrics are off. */
  readonly port: number | undefined;
  readonly json: boolean;
}

export type Command =
  | { readonly kind: 'help'; readonly of: string | undefined }
  | { readonly kind: 'version' }
  | CaptureCommand
  | ReplayCommand
  | PrintCommand
  | WatchCommand
  | ImportCommand
  | SimulateCommand
  | RelayCommand
  | RelayKeyCommand
  | CheckCommand
  | StatusCommand;
