import { openEnvelope } from '../../core/batch/envelope.ts';
import type { Sink } from '../ship/sink.ts';
import { hostAndPort } from './host-and-port.ts';

/** Where records go. */
export interface SinkOptions {
  readonly stream: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** HOST:PORT of a relay that is sent to instead of the stream. */
  readonly relay?: string | undefined;
  /** Who sends, and its key, 32 bytes: for a relay. */
  readonly probe: string;
  readonly key: Uint8Array;
}

/** A sink with connections to free. */
export type OpenSink = Sink & { close(): void };

/** The stream, or a relay. What is not used is not loaded: the SDK takes longer than all the rest. */
export async function openSink(options: SinkOptions): Promise<OpenSink> {
  if (options.relay !== undefined) {
    const { RelaySink } = await import('../relay/relay-sink.ts');
    return new RelaySink({ ...options, ...hostAndPort(options.relay) });
  }
  const { KinesisSink } = await import('../ship/kinesis.ts');
  return new KinesisSink({ ...options, partitionKey: probeOf });
}

/** A batch lies in its probe's shard. */
function probeOf(record: Uint8Array): string {
  const opened = openEnvelope(record);
  return opened.ok ? opened.value.header.probe : 'unreadable';
}
