import { PROTOCOL } from '../../core/event/kinds.ts';
import { BEHAVIOUR, type BehaviourId } from './finding.ts';
import type { Findings } from './findings.ts';
import { mix } from './mix.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { BehaviourOptions } from './options.ts';
import { OUTCOME, type Outcome } from './outcome.ts';
import type { SourceCounts } from './source-counts.ts';
import { Suspects } from './suspects.ts';

/** Failures of a source that are not looked at, so that most sources cost one counter only. */
const HARMLESS = 3;
/** Where UDP traceroute aims at. Source: traceroute(8), 33434 and one more for each probe of up to 30 hops. */
const TRACEROUTE_FIRST = 33_434;
const TRACEROUTE_LAST = 33_534;
/** Echo request (RFC 792, RFC 4443). */
const ECHO = { [PROTOCOL.icmp]: 8, [PROTOCOL.icmp6]: 128 } as const;
const TARGETS = 0;
const PORTS = 1;

/** Tells vertical and horizontal scans and sweeps by distinct ports and targets that fail a source. */
export class Scans {
  readonly #options: BehaviourOptions;
  readonly #findings: Findings;
  readonly #counts: SourceCounts;
  readonly #sources: Suspects;
  readonly #ofPort: Suspects;
  readonly #ofTarget: Suspects;
  readonly #echoes: Suspects;
  readonly #tables: readonly Suspects[];
  readonly #address = new Uint8Array(16);
  readonly #words = new DataView(this.#address.buffer);

  constructor(options: BehaviourOptions, findings: Findings, counts: SourceCounts) {
    const { maxSuspects: capacity, hashSeed: seed } = options;
    this.#options = options;
    this.#findings = findings;
    this.#counts = counts;
    this.#sources = new Suspects({ capacity, sketches: 2, seed });
    this.#ofPort = new Suspects({ capacity, sketches: 1, seed });
    this.#ofTarget = new Suspects({ capacity, sketches: 1, seed });
    this.#echoes = new Suspects({ capacity, sketches: 1, seed });
    this.#tables = [this.#sources, this.#ofPort, this.#ofTarget, this.#echoes];
  }

  get crowded(): number {
    return this.#tables.reduce((sum, { crowded }) => sum + crowded, 0);
  }

  /** An echo request begins a flow. */
  opened(flow: ObservedFlow): void {
    const { protocol, family } = flow;
    if (protocol !== PROTOCOL.icmp && protocol !== PROTOCOL.icmp6) return;
    if (flow.initiatorPort !== ECHO[protocol]) return;
    const { scanWindowMs, sweepTargets } = this.#options;
    const record = this.#echoes.hit(
      this.#echoes.find(flow.initiatorKey, family, 0),
      flow,
      scanWindowMs,
    );
    if (record < 0) return;
    const evidence = this.#echoes.distinct(record, 0, this.#target(flow));
    if (evidence < sweepTargets) return;
    if (this.#findings.isTold(this.#echoes, record, evidence, flow.nowMs)) return;
    const charge = { behaviour: BEHAVIOUR.sweep, targetPort: 0, service: 0 };
    const sure = { evidence, enough: sweepTargets, share: 1, leastShare: 0.5 };
    this.#findings.raise(this.#echoes, record, { ...charge, ...sure, protocol }, flow.nowMs);
  }

  /** A flow of the source with this hash came to nothing. */
  failed(flow: ObservedFlow, source: number, outcome: Outcome): void {
    if (outcome === OUTCOME.empty) return;
    const times = outcome === OUTCOME.failed ? 1 : 0;
    if (this.#counts.fail(source, times) > HARMLESS) this.#suspect(flow, source);
  }

  /** Time passes. */
  tick(nowMs: number): void {
    for (const table of this.#tables) table.tick(nowMs);
  }

  #suspect(flow: ObservedFlow, source: number): void {
    if (isTraceroute(flow)) return;
    const target = this.#target(flow);
    if (this.#sweeps(flow, source, target)) return;
    this.#scansPorts(flow, target, source);
    this.#scansTargets(flow, target, source);
  }

  #sweeps(flow: ObservedFlow, source: number, target: number): boolean {
    const { scanWindowMs, sweepTargets, sweepPorts } = this.#options;
    const { initiatorKey, family, responderPort, protocol } = flow;
    const table = this.#sources;
    const record = table.hit(table.find(initiatorKey, family, protocol), flow, scanWindowMs);
    if (record < 0) return false;
    const targets = table.distinct(record, TARGETS, target);
    const ports = table.distinct(record, PORTS, responderPort);
    const share = failedShare(table.hits(record), this.#counts.talks(source));
    if (targets < sweepTargets || ports < sweepPorts || share < this.#leastShare(flow)) {
      return table.finding(record) >= 0;
    }
    if (this.#findings.isTold(table, record, targets, flow.nowMs)) return true;
    const sure = { evidence: targets, enough: sweepTargets, share };
    this.#raise(flow, table, record, { ...sure, behaviour: BEHAVIOUR.sweep, targetPort: 0 });
    return true;
  }

  #scansPorts(flow: ObservedFlow, target: number, source: number): void {
    const { scanWindowMs, scanPorts } = this.#options;
    const { initiatorKey, protocol, responderPort } = flow;
    const table = this.#ofTarget;
    const record = table.hit(table.find(initiatorKey, target, protocol), flow, scanWindowMs);
    if (record < 0) return;
    const evidence = table.distinct(record, 0, responderPort);
    if (evidence < scanPorts) return;
    if (this.#findings.isTold(table, record, evidence, flow.nowMs)) return;
    const share = failedShare(table.hits(record), this.#counts.talks(source));
    const sure = { evidence, enough: scanPorts, share };
    const behaviour = BEHAVIOUR.scanVertical;
    this.#raise(flow, table, record, { ...sure, behaviour, targetPort: 0 });
  }

  #scansTargets(flow: ObservedFlow, target: number, source: number): void {
    const { scanWindowMs, scanTargets } = this.#options;
    const { initiatorKey, responderPort, protocol, family } = flow;
    const table = this.#ofPort;
    const about = responderPort | (protocol << 16) | (family << 24);
    const record = table.hit(table.find(initiatorKey, about, 0), flow, scanWindowMs);
    if (record < 0) return;
    const evidence = table.distinct(record, 0, target);
    if (evidence < scanTargets) return;
    const talks = this.#counts.talksAt(source, responderPort);
    const share = failedShare(table.hits(record), talks);
    if (share < this.#leastShare(flow)) return;
    if (this.#findings.isTold(table, record, evidence, flow.nowMs)) return;
    const sure = { evidence, enough: scanTargets, share };
    const behaviour = BEHAVIOUR.scanHorizontal;
    this.#raise(flow, table, record, { ...sure, behaviour, targetPort: responderPort });
  }

  #raise(
    flow: ObservedFlow,
    table: Suspects,
    record: number,
    told: {
      readonly behaviour: BehaviourId;
      readonly targetPort: number;
      readonly evidence: number;
      readonly enough: number;
      readonly share: number;
    },
  ): void {
    const { protocol, nowMs } = flow;
    const charge = { ...told, protocol, service: 0, leastShare: this.#leastShare(flow) };
    this.#findings.raise(table, record, charge, nowMs);
  }

  #leastShare({ protocol }: ObservedFlow): number {
    const { scanFailedShare, scanFailedShareUdp } = this.#options;
    return protocol === PROTOCOL.udp ? scanFailedShareUdp : scanFailedShare;
  }

  /** The responder itself, not its network. */
  #target(flow: ObservedFlow): number {
    if (flow.family === 4) return flow.responderKey;
    flow.copyResponder(this.#address);
    let hash = flow.responderKey;
    for (let at = 0; at < 16; at += 4) hash = mix(hash, this.#words.getInt32(at));
    return hash;
  }
}

function failedShare(failed: number, talks: number): number {
  return failed / (failed + talks);
}

function isTraceroute({ protocol, responderPort }: ObservedFlow): boolean {
  if (protocol !== PROTOCOL.udp) return false;
  return responderPort >= TRACEROUTE_FIRST && responderPort <= TRACEROUTE_LAST;
}
