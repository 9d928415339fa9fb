import { PROVENANCE } from '../../core/event/kinds.ts';
import type { ShippingOptions } from '../cli/command.ts';
import { openSink } from '../cli/open-sink.ts';
import { reasonOf } from '../cli/probe-error.ts';
import { newBoot } from '../ship/boot.ts';
import { readKeyFile } from '../ship/key-file.ts';
import { Sealer } from '../ship/sealer.ts';
import { bad, type CheckFinding, good } from './finding.ts';

const TIMEOUT_MS = 15_000;
/** Signatures are refused beyond 5 minutes; from here on it is time to set the clock. */
const MOST_SKEW_MS = 30_000;
const HOUR_MS = 3_600_000;

/**
 * Puts one signed batch without events: PutRecords is all that a probe may call, so nothing else proves name, network,
 * TLS, credentials, permission and clock. A batch without events adds nothing to any total.
 */
export async function* checkUplink(
  shipping: ShippingOptions,
  stop: AbortSignal,
): AsyncGenerator<CheckFinding> {
  const { relay, stream, region, endpoint } = shipping;
  const clock = relay === undefined ? await checkClock(shipping, stop) : undefined;
  if (clock) yield clock;
  const what = relay === undefined ? 'stream' : 'relay';
  const where =
    relay ?? `${stream}${endpoint ? ` at ${endpoint}` : ''}${region ? ` in ${region}` : ''}`;
  const key = readKeyFile(shipping.keyFile);
  const sink = await openSink({ ...shipping, key });
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const [outcome] = await sink.put([emptyBatch(shipping.probe, key)], signal);
    yield outcome?.ok === true
      ? good(what, `${where} takes batches of ${shipping.probe}`)
      : bad(
          what,
          `${where} refused a batch: ${outcome?.ok === false ? outcome.code : 'no answer'}`,
        );
    const ends = sink.credentials?.credentialsExpireMs;
    if (relay === undefined) yield credentials(ends, Date.now());
  } catch (error) {
    yield bad(what, reasonOf(error));
  } finally {
    sink.close();
  }
}

function emptyBatch(probe: string, key: Uint8Array): Uint8Array {
  const boot = newBoot().id;
  const provenance = PROVENANCE.measured;
  const sealer = new Sealer({ probe, boot, key, provenance, createdAt: Date.now });
  return sealer.hollow({ probe, boot, sequence: 1 }).bytes;
}

function credentials(endMs: number | undefined, nowMs: number): CheckFinding {
  const what = 'credentials';
  if (endMs === undefined) return good(what, 'found; they do not expire');
  const hours = (endMs - nowMs) / HOUR_MS;
  const left = hours < 2 ? `${Math.round(hours * 60)} minutes` : `${Math.round(hours)} hours`;
  return good(what, `found; they end in ${left}, and are read anew then`);
}

/** Compares with the Date of any answer, which even a refusal carries. */
async function checkClock(
  { endpoint, region }: ShippingOptions,
  stop: AbortSignal,
): Promise<CheckFinding> {
  const what = 'clock';
  if (endpoint === undefined && region === undefined) {
    return bad(what, 'not looked at: without --region nobody knows whom to ask');
  }
  const url = endpoint ?? `https://kinesis.${region}.amazonaws.com/`;
  try {
    const sentMs = Date.now();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(theirs)) return good(what, `${url} does not tell its time`);
    // The header has whole seconds and was written somewhere between question and answer.
    const offMs = theirs + 500 - (sentMs + Date.now()) / 2;
    const seconds = Math.round(Math.abs(offMs) / 1000);
    const is = `${seconds} s ${offMs > 0 ? 'behind' : 'ahead of'} ${new URL(url).host}`;
    if (Math.abs(offMs) <= MOST_SKEW_MS) return good(what, seconds === 0 ? 'right' : is);
    return bad(what, `${is}: set it, and keep it right with chrony or systemd-timesyncd`);
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    return bad(
      what,
      `cannot ask ${url}: ${reasonOf(cause ?? error)}. Check network, proxy and --endpoint`,
    );
  }
}
