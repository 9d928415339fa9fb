import type { Packet } from '../decode/packet.ts';
import type { DetailTexts } from './detail-texts.ts';
import {
  EXTRA_SHIFT,
  FINGERPRINT,
  type FlowTable,
  KEY,
  NUMBER,
  SERVICE,
  WATCHED,
  WORD_SHIFT,
} from './flow-table.ts';
import type { FlowView } from './flow-view.ts';
import type { NameLearner } from './names.ts';
import { IDENTIFIED, type PayloadIdentifier } from './ports.ts';

/** Payloads of a flow that are looked at. */
const MAX_LOOKS = 4;
/** SERVICE: id 16 bits, confidence 7; then how many looks 3, and which sides are done with 2. */
export const CONFIDENCE_SHIFT = 16;
const SERVICE_MASK = 0xffff;
const TOLD_MASK = 0x7fffff;
const LOOKS_SHIFT = 24;
const INITIATOR_DONE = 1 << 27;
const RESPONDER_DONE = 1 << 28;
const BOTH_DONE = INITIATOR_DONE | RESPONDER_DONE;

export interface IdentificationParts {
  readonly table: FlowTable;
  readonly names: NameLearner;
  readonly details: DetailTexts;
}

/** Has the first payloads of flows identified, and keeps with the flow what was found. */
export class Identification {
  readonly #identifier: PayloadIdentifier;
  readonly #parts: IdentificationParts;

  constructor(identifier: PayloadIdentifier, parts: IdentificationParts) {
    this.#identifier = identifier;
    this.#parts = parts;
  }

  /** Looks at the payload of a packet of the WATCHED flow in `record`, with a view to show it; true when that tells its service. */
  look(record: number, packet: Packet, fromInitiator: boolean, flow: FlowView): boolean {
    const { extras } = this.#parts.table;
    const at = (record << EXTRA_SHIFT) + SERVICE;
    const before = extras[at] as number;
    const side = fromInitiator ? INITIATOR_DONE : RESPONDER_DONE;
    if ((before & side) !== 0) return false;
    const answer = this.#ask(record, packet, fromInitiator);
    const isTold = answer !== IDENTIFIED.none && this.#identifier.service !== 0;
    if (isTold) this.#keep(record, packet, flow);
    if (answer === IDENTIFIED.found) {
      this.#stop(record);
      return (before & SERVICE_MASK) === 0;
    }
    const looks = ((before >>> LOOKS_SHIFT) & 7) + 1;
    const done = (extras[at] as number) | (answer === IDENTIFIED.none ? side : 0);
    extras[at] = (done & ~(7 << LOOKS_SHIFT)) | (looks << LOOKS_SHIFT);
    if (looks === MAX_LOOKS || (done & BOTH_DONE) === BOTH_DONE) this.#stop(record);
    return isTold && (before & SERVICE_MASK) === 0;
  }

  #ask(record: number, packet: Packet, fromInitiator: boolean): number {
    const { bytes, view, payloadAt, payloadEnd, protocol, timeMs } = packet;
    this.#identifier.at?.(
      this.#parts.table.words[(record << WORD_SHIFT) + NUMBER] as number,
      timeMs,
    );
    return this.#identifier.identify(
      bytes,
      view,
      payloadAt,
      payloadEnd,
      protocol,
      fromInitiator,
      fromInitiator ? packet.destinationPort : packet.sourcePort,
    );
  }

  #keep(record: number, packet: Packet, flow: FlowView): void {
    const { service, confidence, name, nameService, fingerprint } = this.#identifier;
    const { extras } = this.#parts.table;
    const at = record << EXTRA_SHIFT;
    const looks = (extras[at + SERVICE] as number) & ~TOLD_MASK;
    extras[at + SERVICE] = looks | service | (confidence << CONFIDENCE_SHIFT);
    if (fingerprint !== '') extras[at + FINGERPRINT] = this.#parts.details.idOf(fingerprint);
    if (name !== '') {
      const shown = flow.show(record, packet.timeMs, false);
      this.#parts.names.tellServer(shown, packet.timeMs, {
        name,
        service: nameService,
        confidence,
      });
    }
  }

  #stop(record: number): void {
    (this.#parts.table.words[(record << WORD_SHIFT) + KEY] as number) &= ~WATCHED;
  }
}
