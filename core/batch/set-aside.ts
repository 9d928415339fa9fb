/** Where records that were refused lie, and how they come back into the stream. */

/** Keys of refused records begin with it. */
export const REFUSED_PREFIX = 'quarantine/';
/** Keys of what Lambda writes about records it gave up on begin with it. */
export const GIVEN_UP_PREFIX = 'aws/lambda/';

/** What the key of a refused record tells. */
export interface SetAside {
  readonly reason: string;
  /** The probe it says it is from, '' when it cannot be read. */
  readonly probe: string;
  /** When the stream took it first, ms since the epoch. */
  readonly arrivedAt: number;
  /** Hex digits of a hash over its bytes: the same record refused again for the same reason is the same object. */
  readonly digest: string;
}

const UNREADABLE = '_';
const KEY = /^quarantine\/([a-z0-9-]+)\/([a-z0-9-]+|_)\/(\d{1,15})-([0-9a-f]+)\.bin$/;
/** No probe id has a blank: a replayed record is told by its partition key. */
const REPLAYED = /^replayed (\d{1,15})$/;

/** `quarantine/<reason>/<probe>/<arrival in ms>-<digest>.bin`, so that a listing tells what a replay chooses by. */
export function setAsideKey({ reason, probe, arrivedAt, digest }: SetAside): string {
  const from = probe === '' ? UNREADABLE : probe;
  return `${REFUSED_PREFIX}${reason}/${from}/${Math.round(arrivedAt)}-${digest}.bin`;
}

/** What a key tells, undefined when it is none of setAsideKey's. */
export function parseSetAsideKey(key: string): SetAside | undefined {
  const [, reason, probe, arrival, digest] = KEY.exec(key) ?? [];
  if (reason === undefined || probe === undefined || digest === undefined) return undefined;
  return { reason, probe: probe === UNREADABLE ? '' : probe, arrivedAt: Number(arrival), digest };
}

/** Partition key of a record that is put again; the shard is chosen by its probe's hash key. */
export function replayedPartitionKey(arrivedAt: number): string {
  return `replayed ${Math.round(arrivedAt)}`;
}

/** When a record arrived first that has this partition key, ms; undefined when it was not put again. */
export function replayedArrival(partitionKey: string): number | undefined {
  const [, arrivedAt] = REPLAYED.exec(partitionKey) ?? [];
  return arrivedAt === undefined ? undefined : Number(arrivedAt);
}
