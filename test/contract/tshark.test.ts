import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BatchEvents } from '../../core/batch/batch.ts';
import { communityId } from '../../core/event/community-id.ts';
import { CONN_STATES, isFlowKind } from '../../core/event/kinds.ts';
import { addressText } from '../../core/redact/network.ts';
import { readCaptureFile } from '../../edge-probe/capture/file.ts';
import { Meter } from '../../edge-probe/flow/meter.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/pcaps/', import.meta.url));
const STATES_SAMPLE = 50;
/** COMMUNITY_IDS=all compares every capture of plain IP, which takes minutes. */
const IDS_SAMPLE = process.env['COMMUNITY_IDS'] === 'all' ? 10_000 : 20;
const hasTshark = spawnSync('tshark', ['-v']).status === 0;
const present = existsSync(CAPTURES) && hasTshark;
const FOREVER_MS = 1e12;

if (!hasTshark) console.info('skipped: tshark is not installed');
else if (!present) console.info('skipped: the captures are not beside the repository');

/** One TCP segment as tshark tells it: its stream, source end and flags. */
interface Segment {
  readonly stream: string;
  readonly source: string;
  readonly target: string;
  readonly flags: number;
}

function tshark(file: string, filter: string, fields: readonly string[]): string[][] {
  const options = ['-o', 'ip.defragment:false', '-o', 'tcp.desegment_tcp_streams:false'];
  const asked = fields.flatMap((field) => ['-e', field]);
  const run = spawnSync(
    'tshark',
    ['-n', '-r', CAPTURES + file, '-Y', filter, '--enable-protocol', 'communityid']
      .concat(options)
      .concat(['-T', 'fields', '-E', 'occurrence=f', ...asked]),
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

/** Captures with TCP in plain IP, spread over the list by their names. */
function sample(size: number, accept: (file: string) => boolean): string[] {
  const names = readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name));
  const found: string[] = [];
  for (let i = 0; i < names.length && found.length < size; i++) {
    const name = names[(i * 7) % names.length] as string;
    if (accept(name)) found.push(name);
  }
  return found;
}

async function flowRows(file: string): Promise<BatchEvents[]> {
  const batches: BatchEvents[] = [];
  const idle = { tcpAttemptMs: FOREVER_MS, tcpIdleMs: FOREVER_MS, tcpHalfClosedMs: FOREVER_MS };
  const meter = new Meter({ ...idle, lingerMs: FOREVER_MS, batchMs: FOREVER_MS }, (events) =>
    batches.push(events),
  );
  await readCaptureFile(CAPTURES + file, meter.packet);
  meter.finish();
  return batches;
}

/** A connection as both can name it: its two ends in order. */
function nameOf(one: string, other: string): string {
  return [one, other].sort().join(' ');
}

function segmentsOf(file: string): Map<string, Segment[]> {
  const fields = ['tcp.stream', 'ip.src', 'ipv6.src', 'tcp.srcport', 'ip.dst', 'ipv6.dst'];
  const rows = tshark(file, 'tcp', [...fields, 'tcp.dstport', 'tcp.flags', 'frame.protocols']);
  const streams = new Map<string, Segment[]>();
  for (const [stream = '', ip4, ip6, port, to4, to6, toPort, flags, protocols = ''] of rows) {
    if (!isPlain(protocols)) return new Map();
    const segment = {
      stream,
      source: `${ip4 || ip6}:${port}`,
      target: `${to4 || to6}:${toPort}`,
      flags: Number(flags),
    };
    streams.set(stream, [...(streams.get(stream) ?? []), segment]);
  }
  return streams;
}

/** One IP header, no packet quoted in another, and none behind an authentication header, which is a protocol to us. */
function isPlain(protocols: string): boolean {
  const names = protocols.split(':');
  return (
    names.filter((name) => name === 'ip' || name === 'ipv6').length === 1 && !names.includes('ah')
  );
}

interface Side {
  syn: boolean;
  accepted: boolean;
  fin: boolean;
  reset: boolean;
  spoke: boolean;
}

const quiet = (): Side => ({ syn: false, accepted: false, fin: false, reset: false, spoke: false });

/** What the sides of a connection sent until it was over, by the flags alone. */
function sidesOf(segments: readonly Segment[]): { initiator: Side; responder: Side } {
  const first = segments[0] as Segment;
  const initiatorEnd = initiatorOf(first);
  const initiator = quiet();
  const responder = quiet();
  for (const { source, flags } of segments) {
    const side = source === initiatorEnd ? initiator : responder;
    side.spoke = true;
    if ((flags & 6) === 2) {
      if ((flags & 16) === 0) side.syn = true;
      else side.accepted = true;
    }
    if ((flags & 4) !== 0) side.reset = true;
    else if ((flags & 1) !== 0) side.fin = true;
    if (side.reset || (initiator.fin && responder.fin)) break;
  }
  return { initiator, responder };
}

/** The sender of the first segment, unless that accepts or comes, under way, from a system port to a user port. */
function initiatorOf({ source, target, flags }: Segment): string {
  const port = (end: string): number => Number(end.slice(end.lastIndexOf(':') + 1));
  if ((flags & 2) !== 0) return (flags & 16) === 0 ? source : target;
  if ((flags & 4) !== 0) return source;
  return port(source) < 1024 && port(target) >= 1024 ? target : source;
}

/** Zeek's conn_state by what its documentation says of each (base/protocols/conn/main.zeek). */
function impliedState(segments: readonly Segment[]): string {
  const { initiator, responder } = sidesOf(segments);
  const isOpen = initiator.syn && responder.accepted;
  const asked = initiator.syn || initiator.accepted;
  const answered = responder.syn || responder.accepted;
  if (responder.reset) {
    if (!isOpen && asked && !initiator.fin) return 'REJ';
    return isOpen || initiator.fin ? 'RSTR' : 'RSTRH';
  }
  if (initiator.reset) return isOpen || answered || responder.fin ? 'RSTO' : 'RSTOS0';
  if (initiator.fin && responder.fin) return 'SF';
  if (initiator.fin) return isOpen || answered ? 'S2' : 'SH';
  if (responder.fin) return isOpen || asked ? 'S3' : 'SHR';
  if (isOpen) return 'S1';
  return initiator.syn && !responder.spoke ? 'S0' : 'OTH';
}

/** States that the meter tells, by connection; undefined where it tells of more than one with these ends. */
function toldStates(batches: readonly BatchEvents[]): Map<string, string | undefined> {
  const flows = new Map<string, Map<number, string>>();
  for (const events of batches) {
    const end = (address: number, port: number): string =>
      `${addressText(events.addresses[address] as Uint8Array)}:${port}`;
    for (let i = 0; i < events.length; i++) {
      if (events.protocol[i] !== 6 || !isFlowKind(events.kind[i])) continue;
      const from = end(events.initiator[i] as number, events.initiatorPort[i] as number);
      const to = end(events.responder[i] as number, events.responderPort[i] as number);
      const name = nameOf(from, to);
      const states = flows.get(name) ?? new Map<number, string>();
      states.set(events.flow[i] as number, CONN_STATES[events.state[i] as number] as string);
      flows.set(name, states);
    }
  }
  return new Map(
    [...flows].map(([name, told]) => [name, told.size === 1 ? [...told.values()][0] : undefined]),
  );
}

describe.skipIf(!present)('beside tshark', () => {
  it('connection states are what its flags imply', { timeout: 240_000 }, async () => {
    const differences: string[] = [];
    let compared = 0;
    let ambiguous = 0;
    const streamsOf = new Map<string, Map<string, Segment[]>>();
    const files = sample(STATES_SAMPLE, (name) => {
      const streams = segmentsOf(name);
      streamsOf.set(name, streams);
      return streams.size > 0;
    });
    for (const file of files) {
      const told = toldStates(await flowRows(file));
      const streams = [...(streamsOf.get(file) as Map<string, Segment[]>).values()];
      const names = streams.map(([first]) => nameOf(first?.source ?? '', first?.target ?? ''));
      streams.forEach((segments, i) => {
        const name = names[i] as string;
        const state = told.get(name);
        if (state === undefined || names.filter((other) => other === name).length > 1) {
          ambiguous++;
          return;
        }
        compared++;
        const implied = impliedState(segments);
        if (state !== implied) differences.push(`${file} ${name}: ${state}, not ${implied}`);
      });
    }

    console.info(`${compared} connections of ${files.length} captures, ${ambiguous} left out`);
    expect(differences).toEqual([]);
    expect(files.length).toBe(STATES_SAMPLE);
    expect(compared).toBeGreaterThan(200);
    expect(ambiguous).toBeLessThan(compared / 5);
  });

  it('Community IDs are its', { timeout: 1_800_000 }, async () => {
    const idsOf = new Map<string, Set<string>>();
    const files = sample(IDS_SAMPLE, (name) => {
      const rows = tshark(name, 'tcp or udp or icmp or icmpv6', ['frame.protocols', 'communityid']);
      idsOf.set(name, new Set(rows.map(([, id = '']) => id)));
      return rows.length > 0 && rows.every(([protocols = '', id]) => isPlain(protocols) && id);
    });
    const differences: string[] = [];
    for (const file of files) {
      const ids = new Set((await flowRows(file)).flatMap(communityIds));
      const wanted = idsOf.get(file) as Set<string>;

      const missing = [...wanted].filter((id) => !ids.has(id));
      const more = [...ids].filter((id) => !wanted.has(id));
      if (missing.length + more.length > 0) differences.push(`${file} -${missing} +${more}`);
    }

    console.info(`Community IDs of ${files.length} captures`);
    expect(differences).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(20);
  });
});

function communityIds(events: BatchEvents): string[] {
  const ids: string[] = [];
  for (let i = 0; i < events.length; i++) {
    if (!isFlowKind(events.kind[i]) || ![1, 6, 17, 58].includes(events.protocol[i] as number))
      continue;
    // Fragments after the first have no ports, which tshark takes for no TCP or UDP.
    const ports = (events.initiatorPort[i] as number) + (events.responderPort[i] as number);
    if (ports === 0 && (events.protocol[i] === 6 || events.protocol[i] === 17)) continue;
    const tuple = {
      initiator: events.addresses[events.initiator[i] as number] as Uint8Array,
      responder: events.addresses[events.responder[i] as number] as Uint8Array,
      initiatorPort: events.initiatorPort[i] as number,
      responderPort: events.responderPort[i] as number,
      protocol: events.protocol[i] as number,
    };
    ids.push(communityId(tuple));
  }
  return ids;
}
