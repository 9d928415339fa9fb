import { SERVICES } from '../../core/classify/services.ts';
import { EVENT_KIND, METHOD } from '../../core/event/kinds.ts';
import { Identifier } from '../../edge-probe/app/identifier.ts';
import { readCaptureFile } from '../../edge-probe/capture/file.ts';
import { Meter } from '../../edge-probe/flow/meter.ts';

/** A flow of a capture as the probe tells it. */
export interface IdentifiedFlow {
  readonly protocol: number;
  responderPort: number;
  /** By its payload; '' when that told none. */
  service: string;
  fingerprint: string;
  /** Either side sent payload. */
  hasPayload: boolean;
}

/** What the probe makes of the payloads of a capture. */
export interface IdentifiedCapture {
  readonly flows: readonly IdentifiedFlow[];
  /** Names from other places than DNS answers, each once. */
  readonly names: ReadonlySet<string>;
  readonly counters: Identifier['counters'];
  readonly packets: number;
  /** It can be read to its end. */
  readonly isWhole: boolean;
}

/** More than any capture of the tests has at a time: a larger table takes longer to make than they to read. */
const MAX_FLOWS = 20_000;

/** Meters a capture file with an identifier. */
export async function identifyCapture(path: string): Promise<IdentifiedCapture> {
  const flows = new Map<number, IdentifiedFlow>();
  const names = new Set<string>();
  const identifier = new Identifier();
  const meter = new Meter({ identifier, maxFlows: MAX_FLOWS }, (events) => {
    for (let row = 0; row < events.length; row++) {
      const kind = events.kind[row] as number;
      if (kind === EVENT_KIND.name) {
        const service = SERVICES[events.service[row] as number]?.name;
        if (service !== 'dns') names.add(events.texts[events.text[row] as number] as string);
      } else if (kind <= EVENT_KIND.whole) {
        const number = events.flow[row] as number;
        const flow = flows.get(number) ?? emptyFlow(events.protocol[row] as number);
        flows.set(number, flow);
        if (events.responder[row] !== 0) flow.responderPort = events.responderPort[row] as number;
        if (events.method[row] === METHOD.payload) {
          flow.service = SERVICES[events.service[row] as number]?.name ?? '';
        }
        flow.fingerprint ||= events.texts[events.detail[row] as number] as string;
        const history = events.texts[events.history[row] as number] as string;
        if (/d/i.test(history)) flow.hasPayload = true;
      }
    }
  });
  const { packets, error } = await readCaptureFile(path, meter.packet);
  meter.finish();
  return {
    flows: [...flows.values()],
    names,
    counters: identifier.counters,
    packets,
    isWhole: error === undefined,
  };
}

function emptyFlow(protocol: number): IdentifiedFlow {
  return { protocol, responderPort: 0, service: '', fingerprint: '', hasPayload: false };
}
