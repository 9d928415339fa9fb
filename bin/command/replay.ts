import { createHash } from 'node:crypto';
import { openEnvelope } from '../../core/batch/envelope.ts';
import { replayedArrival, replayedPartitionKey } from '../../core/batch/set-aside.ts';
import { LIMITS } from '../../core/limits.ts';
import { CommandError } from './command-error.ts';
import type { Quarantined } from './quarantined.ts';

/** A record to be put into the stream. */
export interface ReplayedRecord {
  readonly Data: Uint8Array;
  /** Says when it arrived first. */
  readonly PartitionKey: string;
  /** Of the shard that its probe's records go to. */
  readonly ExplicitHashKey: string;
}

/** What a replay works with. */
export interface ReplayPorts {
  read(key: string): Promise<Uint8Array>;
  /** Puts at most as many records as one call takes; indexes of those that were not taken. */
  put(records: readonly ReplayedRecord[]): Promise<readonly number[]>;
  remove(key: string): Promise<void>;
  wait(ms: number): Promise<void>;
  say(line: string): void;
}

/** What a replay did. */
export interface Replayed {
  readonly objects: number;
  readonly records: number;
  /** Objects without a record that could be read. */
  readonly unreadable: number;
}

const ATTEMPTS = 8;
const FIRST_WAIT_MS = 250;
/** Bytes of a record's keys, which count for the call's limit too. */
const KEYS_BYTES = 320;

/**
 * Puts what objects hold into the stream again. An object is removed, where asked to, only once all its records were
 * taken. Throws when the stream goes on refusing: what was put until then is recognised when it is put again.
 */
export async function replay(
  objects: readonly Quarantined[],
  ports: ReplayPorts,
  options: { readonly deleteAfter: boolean; readonly probes?: readonly string[] | undefined },
): Promise<Replayed> {
  let [records, unreadable] = [0, 0];
  let pending: Loaded[] = [];
  const flush = async (): Promise<void> => {
    await putAll(
      pending.flatMap((loaded) => loaded.records),
      ports,
    );
    for (const { key, isWhole } of pending) {
      if (options.deleteAfter && isWhole) await ports.remove(key);
    }
    pending = [];
  };
  for (const object of objects) {
    const loaded = await load(object, ports, options.probes);
    if (loaded === undefined) unreadable++;
    else {
      if (isOver([...pending, loaded])) await flush();
      pending.push(loaded);
      records += loaded.records.length;
    }
  }
  await flush();
  return { objects: objects.length, records, unreadable };
}

/** An object's records. */
interface Loaded {
  readonly key: string;
  readonly records: readonly ReplayedRecord[];
  /** None of its records was left out. */
  readonly isWhole: boolean;
}

async function load(
  { key, isGivenUp, at }: Quarantined,
  ports: ReplayPorts,
  probes: readonly string[] | undefined,
): Promise<Loaded | undefined> {
  const bytes = await ports.read(key);
  if (!isGivenUp) return { key, records: [recordOf(bytes, at, '')], isWhole: true };
  const found = givenUpRecords(bytes);
  if (found === undefined) {
    ports.say(`${key} holds no records that can be read: it is left where it is.`);
    return undefined;
  }
  const kept = found.filter(({ probe }) => probes === undefined || probes.includes(probe));
  const records = kept.map((one) => recordOf(one.bytes, one.arrivedAt, one.probe));
  return { key, records, isWhole: kept.length === found.length };
}

/** One record that Lambda gave up on. */
export interface GivenUpRecord {
  readonly bytes: Uint8Array;
  readonly probe: string;
  /** ms since the epoch. */
  readonly arrivedAt: number;
}

/**
 * The records in what Lambda puts into a failure destination of S3, undefined when there are none.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function givenUpRecords(object: Uint8Array): readonly GivenUpRecord[] | undefined {
  try {
    const { payload } = JSON.parse(Buffer.from(object).toString()) as { payload?: unknown };
    const event: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
    const { Records: records } = event as {
      Records: readonly { readonly kinesis: Readonly<Record<string, unknown>> }[];
    };
    return records.map(({ kinesis }) => givenUpRecord(kinesis));
  } catch {
    // Whatever it is, the caller tells its key.
    return undefined;
  }
}

function givenUpRecord(kinesis: Readonly<Record<string, unknown>>): GivenUpRecord {
  const { data, partitionKey, approximateArrivalTimestamp: arrivedS } = kinesis;
  if (typeof data !== 'string' || typeof partitionKey !== 'string') throw new Error('no record');
  const arrivedAt = replayedArrival(partitionKey) ?? Number(arrivedS) * 1000;
  const bytes = Buffer.from(data, 'base64');
  return { bytes, probe: probeOf(bytes, partitionKey), arrivedAt };
}

function recordOf(bytes: Uint8Array, arrivedAt: number, probe: string): ReplayedRecord {
  const name = probe === '' ? probeOf(bytes, 'unreadable') : probe;
  return {
    Data: bytes,
    PartitionKey: replayedPartitionKey(arrivedAt),
    ExplicitHashKey: hashKeyOf(name),
  };
}

function probeOf(bytes: Uint8Array, otherwise: string): string {
  const opened = openEnvelope(bytes);
  return opened.ok ? opened.value.header.probe : otherwise;
}

/** Where Kinesis puts records with this partition key: its MD5 as a 128-bit number. */
export function hashKeyOf(partitionKey: string): string {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`).toString();
}

function isOver(all: readonly Loaded[]): boolean {
  const records = all.flatMap((loaded) => loaded.records);
  return sizeOf(records) > LIMITS.putRecordsBytes || records.length > LIMITS.putRecordsEntries;
}

function sizeOf(records: readonly ReplayedRecord[]): number {
  return records.reduce((sum, { Data }) => sum + Data.length + KEYS_BYTES, 0);
}

async function putAll(records: readonly ReplayedRecord[], ports: ReplayPorts): Promise<void> {
  for (const call of callsOf(records)) {
    let left = call;
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt === ATTEMPTS) {
        throw new CommandError(
          `The stream refused ${left.length} records ${ATTEMPTS} times: it is throttled. Run this again later; what was put already is recognised and not stored twice.`,
        );
      }
      if (attempt > 0) await ports.wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
      const refused = await ports.put(left);
      left = refused.flatMap((index) => left[index] ?? []);
    }
  }
}

/** Records in as few calls as their number and size allow. */
function callsOf(records: readonly ReplayedRecord[]): ReplayedRecord[][] {
  const calls: ReplayedRecord[][] = [];
  let call: ReplayedRecord[] = [];
  for (const record of records) {
    const more = [...call, record];
    if (more.length > LIMITS.putRecordsEntries || sizeOf(more) > LIMITS.putRecordsBytes) {
      calls.push(call);
      call = [];
    }
    call.push(record);
  }
  return call.length > 0 ? [...calls, call] : calls;
}
