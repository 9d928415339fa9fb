import { classifyByPort } from '../../core/classify/services.ts';
import { PROTOCOL } from '../../core/event/kinds.ts';
import { IDENTIFIED } from '../flow/ports.ts';
import { CONVERSATION_SIGNATURES } from './conversations.ts';
import { CutHellos } from './cut-hellos.ts';
import { DATABASE_SIGNATURES } from './databases.ts';
import { type Candidate, type Dispatch, dispatchBy } from './dispatch.ts';
import { FILE_SIGNATURES } from './files.ts';
import { Hellos } from './hellos.ts';
import { HTTP_SIGNATURES } from './http.ts';
import { INDUSTRIAL_SIGNATURES } from './industrial.ts';
import { NAME_TIME_SIGNATURES } from './names-and-time.ts';
import { NETWORK_SIGNATURES } from './network.ts';
import { Payload } from './payload.ts';
import { QuicSignatures } from './quic.ts';
import { REMOTE_SIGNATURES } from './remote.ts';
import { CERTAIN, MORE, NO, PART, type Signature } from './signature.ts';
import { TlsSignatures } from './tls.ts';
import { TUNNEL_SIGNATURES } from './tunnels.ts';
import { VOICE_SIGNATURES } from './voice.ts';

/** Below this a match counts only at the service's own port. */
const SELF_EVIDENT = 50;
/** Below this the service's own port makes it surer. */
const SURE = 80;
const AT_OWN_PORT_WEAK = 25;
const AT_OWN_PORT = 15;
const MISSED = -2;
/** A candidate waits for more. */
const UNDECIDED = -1;

/** How often names and hellos came to nothing. */
export interface IdentifierCounters {
  /** What should have been a host name and was not. */
  readonly malformedNames: number;
  /** Hellos given up while they waited for their rest. */
  readonly droppedHellos: number;
}

/**
 * Names the application of a flow by the first payload bytes of either direction, without keeping them. The result is in
 * its fields, good until the next call. A miss allocates nothing and costs about 100 ns.
 */
export class Identifier {
  /** Id in SERVICES; 0 is none. */
  service = 0;
  /** 0…100. */
  confidence = 0;
  /** The responder's name by SNI or Host, '' when it told none. */
  name = '';
  /** Id of the service the name was read from. */
  nameService = 0;
  /** JA4 of a TLS, DTLS or QUIC hello, or ''. */
  fingerprint = '';
  readonly #payload = new Payload();
  readonly #cut = new CutHellos();
  readonly #tls: TlsSignatures;
  readonly #quic: QuicSignatures;
  readonly #tcp: Dispatch;
  readonly #udp: Dispatch;
  #malformedNames = 0;

  constructor() {
    const hellos = new Hellos();
    this.#tls = new TlsSignatures(hellos, this.#cut);
    this.#quic = new QuicSignatures(hellos);
    const all = [...this.#tls.list(), ...this.#quic.list(), ...SIGNATURES];
    this.#tcp = dispatchBy(all, 'tcp');
    this.#udp = dispatchBy(all, 'udp');
  }

  get counters(): IdentifierCounters {
    const droppedHellos = this.#cut.dropped + this.#quic.dropped;
    return { malformedNames: this.#malformedNames, droppedHellos };
  }

  /**
   * Which flow the next payloads are of and the time, ms: with a number other than 0, a hello that is cut between TCP
   * segments is put together from the calls for the same number.
   */
  at(flow: number, nowMs: number): void {
    this.#payload.flow = flow;
    this.#quic.nowMs = nowMs;
  }

  /** Looks at the payload in `bytes[at, end)`, over which `view` lies; gives one of IDENTIFIED. */
  // biome-ignore lint/complexity/useMaxParams: called for the first packets of every flow, an object for each would be garbage
  identify(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    protocol: number,
    fromInitiator: boolean,
    responderPort: number,
  ): 0 | 1 | 2 {
    this.service = 0;
    this.confidence = 0;
    this.name = '';
    this.nameService = 0;
    this.fingerprint = '';
    if (at >= end || (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp))
      return IDENTIFIED.none;
    const payload = this.#payload;
    payload.bytes = bytes;
    payload.view = view;
    payload.at = at;
    payload.end = end;
    payload.protocol = protocol;
    payload.fromInitiator = fromInitiator;
    payload.port = responderPort;
    const isTcp = protocol === PROTOCOL.tcp;
    if (isTcp && this.#cut.size > 0 && this.#cut.waits(payload.side))
      return this.#tell(this.#tls.resume(payload));
    return this.#choose(isTcp ? this.#tcp : this.#udp);
  }

  /** The best of the candidates; the first that is certain. */
  #choose(dispatch: Dispatch): 0 | 1 | 2 {
    const { ports, atPort } = dispatch;
    const { port } = this.#payload;
    const isZeros = this.#payload.u32(0) === 0 && this.#payload.u32(4) === 0;
    let state = isZeros ? this.#try(dispatch.zeros) : this.#tryByBytes(dispatch);
    const own = ports[port] as number;
    if (state < 0 && own !== 0) {
      state = Math.max(state, this.#try(atPort[own] as readonly Candidate[]));
    }
    if (state >= 0) return state as 1 | 2;
    if (this.service !== 0) return IDENTIFIED.found;
    return state === UNDECIDED ? IDENTIFIED.more : IDENTIFIED.none;
  }

  #tryByBytes({ first, third }: Dispatch): number {
    const { bytes, at } = this.#payload;
    const state = this.#try(first[bytes[at] as number] as readonly Candidate[]);
    const byte = this.#payload.u8(2);
    if (state >= 0 || byte < 0) return state;
    return Math.max(state, this.#try(third[byte] as readonly Candidate[]));
  }

  /** One of IDENTIFIED when a candidate is certain, else MISSED or UNDECIDED; the best so far is in the fields. */
  #try(candidates: readonly Candidate[]): number {
    const payload = this.#payload;
    let state = MISSED;
    for (let i = 0; i < candidates.length; i++) {
      const { id, match } = candidates[i] as Candidate;
      payload.service = id;
      const sure = match(payload);
      if (sure === NO) continue;
      if (sure === MORE) {
        state = UNDECIDED;
        continue;
      }
      if (sure === PART || sure >= CERTAIN) return this.#tell(sure);
      const rated = this.#rate(sure);
      if (rated <= this.confidence) continue;
      this.confidence = rated;
      this.service = payload.service;
    }
    return state;
  }

  /** What is sure, with what the payload told beside it. */
  #tell(sure: number): 0 | 1 | 2 {
    const payload = this.#payload;
    this.confidence = CERTAIN;
    this.service = payload.service;
    this.name = payload.name;
    this.nameService = payload.nameService;
    this.fingerprint = payload.fingerprint;
    if (payload.hasBadName) this.#malformedNames++;
    payload.name = '';
    payload.fingerprint = '';
    payload.hasBadName = false;
    return sure === PART ? IDENTIFIED.more : IDENTIFIED.found;
  }

  /** How sure a match is here: 0 when too little speaks for it. */
  #rate(sure: number): number {
    if (sure >= SURE) return sure;
    const { protocol, port, service } = this.#payload;
    const isOwnPort = classifyByPort(protocol, port, 0).service === service;
    if (sure < SELF_EVIDENT) return isOwnPort ? sure + AT_OWN_PORT_WEAK : 0;
    return isOwnPort ? sure + AT_OWN_PORT : sure;
  }
}

const SIGNATURES: readonly Signature[] = [
  ...HTTP_SIGNATURES,
  ...REMOTE_SIGNATURES,
  ...CONVERSATION_SIGNATURES,
  ...FILE_SIGNATURES,
  ...DATABASE_SIGNATURES,
  ...VOICE_SIGNATURES,
  ...INDUSTRIAL_SIGNATURES,
  ...NAME_TIME_SIGNATURES,
  ...NETWORK_SIGNATURES,
  ...TUNNEL_SIGNATURES,
];
