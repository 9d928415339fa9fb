import { SERVICES } from '../../core/classify/services.ts';
import { PROTOCOL } from '../../core/event/kinds.ts';
import { BEHAVIOUR } from './finding.ts';
import type { Findings } from './findings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { BehaviourOptions } from './options.ts';
import { Suspects } from './suspects.ts';

/**
 * UDP ports of services that answer with more than they are asked, by names of SERVICES; '' for those it does not name.
 * Source: CISA alert TA14-017A, UDP-Based Amplification Attacks.
 */
const REFLECTORS: readonly (readonly [port: number, service: string])[] = [
  [17, ''],
  [19, 'chargen'],
  [53, 'dns'],
  [69, 'tftp'],
  [111, 'rpcbind'],
  [123, 'ntp'],
  [137, 'netbios-ns'],
  [161, 'snmp'],
  [389, 'ldap'],
  [1434, 'mssql'],
  [1900, 'upnp'],
  [3283, ''],
  [3702, 'ws-discovery'],
  [5353, 'mdns'],
  [5683, 'coap'],
  [10001, ''],
  [11211, 'memcached'],
  [27015, 'game-query'],
  [37810, 'dvr'],
];
/** Answered by a whole local network to one who asks its group, from addresses that were not asked. */
const DISCOVERY = new Set([137, 1900, 3702, 5353, 5683]);
/** A DNS answer that is sent to hurt, IP bytes: late answers of resolvers are smaller. */
const LARGE_DNS = 400;
const DNS_PORT = 53;
const FIRST_USER_PORT = 1_024;

const BY_PORT = reflectorsByPort();
const NONE = 0xffff;

/** A record's counts. */
const ASKED_BYTES = 0;
const ANSWERED_BYTES = 1;

/** Tells reflection: open UDP servers made to answer one who did not ask, or not that much. */
export class Reflections {
  readonly #options: BehaviourOptions;
  readonly #findings: Findings;
  readonly #unasked: Suspects;
  readonly #amplified: Suspects;

  constructor(options: BehaviourOptions, findings: Findings) {
    const { maxSuspects: capacity, hashSeed: seed } = options;
    this.#options = options;
    this.#findings = findings;
    this.#unasked = new Suspects({ capacity, sketches: 1, seed });
    this.#amplified = new Suspects({ capacity, sketches: 0, seed });
  }

  get crowded(): number {
    return this.#unasked.crowded + this.#amplified.crowded;
  }

  /** Time passes. */
  tick(nowMs: number): void {
    this.#unasked.tick(nowMs);
    this.#amplified.tick(nowMs);
  }

  /** A UDP flow begins: from a server's port, it is an answer that nobody was seen to ask for. */
  opened(flow: ObservedFlow): void {
    const { initiatorPort, responderPort } = flow;
    const service = BY_PORT[initiatorPort] as number;
    if (service === NONE || initiatorPort === responderPort) return;
    if (responderPort < FIRST_USER_PORT && BY_PORT[responderPort] !== NONE) return;
    if (DISCOVERY.has(initiatorPort) && isLocal(flow)) return;
    if (initiatorPort === DNS_PORT && flow.bytesOut < LARGE_DNS) return;
    const { reflectionWindowMs, reflectors } = this.#options;
    const found = this.#unasked.find(flow.responderKey, initiatorPort, flow.family);
    const record = this.#unasked.hit(found, flow, reflectionWindowMs);
    if (record < 0) return;
    const servers = this.#unasked.distinct(record, 0, flow.initiatorKey);
    if (servers < reflectors) return;
    const evidence = this.#unasked.hits(record);
    if (this.#findings.isTold(this.#unasked, record, evidence, flow.nowMs)) return;
    const charge = {
      behaviour: BEHAVIOUR.reflection,
      targetPort: 0,
      protocol: PROTOCOL.udp,
      service,
      evidence,
      enough: reflectors,
      share: 1,
      leastShare: 0.5,
    };
    this.#findings.raise(this.#unasked, record, charge, flow.nowMs);
  }

  /** A UDP flow has closed: its responder may have answered far more than it was asked. */
  closed(flow: ObservedFlow): void {
    const service = BY_PORT[flow.responderPort] as number;
    const { reflectionWindowMs, reflectionBytes, amplification } = this.#options;
    if (service === NONE || flow.bytesIn < amplification * flow.bytesOut) return;
    if (flow.bytesOut === 0) return;
    const table = this.#amplified;
    const found = table.find(flow.initiatorKey, flow.responderPort, flow.family);
    const record = table.hit(found, flow, reflectionWindowMs);
    if (record < 0) return;
    const asked = table.counted(record, ASKED_BYTES) + flow.bytesOut;
    const answered = table.counted(record, ANSWERED_BYTES) + flow.bytesIn;
    table.count(record, ASKED_BYTES, asked);
    table.count(record, ANSWERED_BYTES, answered);
    if (answered < reflectionBytes) return;
    const evidence = table.hits(record);
    if (this.#findings.isTold(table, record, evidence, flow.nowMs)) return;
    const charge = {
      behaviour: BEHAVIOUR.reflection,
      targetPort: 0,
      protocol: PROTOCOL.udp,
      service,
      evidence,
      enough: 1,
      share: 1 - amplification / (answered / asked),
      leastShare: 0,
      turned: true,
    };
    this.#findings.raise(table, record, charge, flow.nowMs);
  }
}

function reflectorsByPort(): Uint16Array {
  const byPort = new Uint16Array(65_536).fill(0xffff);
  for (const [port, name] of REFLECTORS) {
    byPort[port] = Math.max(
      0,
      SERVICES.findIndex((service) => name !== '' && service.name === name),
    );
  }
  return byPort;
}

/** From a private or link-local network (RFC 1918, RFC 3927); IPv6 keys do not say. */
function isLocal({ family, initiatorKey }: ObservedFlow): boolean {
  if (family === 6) return false;
  const high = (initiatorKey >>> 16) & 0xffff;
  if (high >>> 8 === 10 || high === 0xc0a8 || high === 0xa9fe) return true;
  return high >>> 4 === 0xac1;
}
