import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import type { Cursor } from '../../../core/frame/messages.ts';
import type { Session } from './session.ts';
import { foldHash } from './view-state.ts';

/** One feed line as the page shows it. */
export interface HookRow {
  readonly kind: string;
  readonly time: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly sourceCountry: string;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: string;
  readonly service: string;
  readonly serviceClass: string;
  readonly method: string;
  readonly confidence: number;
  readonly state: string;
  readonly packets: number;
  readonly bytes: number;
  /** Rows folded into it. */
  readonly times: number;
  readonly site: string;
  readonly provenance: number;
}

/** What `window.skirmish` tells: the page's own counts, read-only, for end-to-end tests and the curious. */
export interface TestHook {
  counters(): {
    readonly received: number;
    readonly drawn: number;
    readonly folded: number;
    readonly filtered: number;
    /** Rows still waiting for their moment: received = drawn + folded + filtered + waiting. */
    readonly waiting: number;
    /** Rows folded into the totals, and rows that this audience does not get. */
    readonly events: number;
    readonly withheld: number;
    /** Rows that the page's filter left out, and the filter's canonical text. */
    readonly filteredOut: number;
    readonly filter: string;
    readonly connections: number;
    readonly segments: number;
    readonly missed: number;
    readonly recovered: number;
    readonly cursor: Cursor;
    readonly totalsHash: string;
    readonly line: string;
    readonly audience: string;
    readonly problems: Readonly<Record<string, number>>;
  };
  drawn(): number;
  rows(count: number): readonly HookRow[];
}

/** The hook for a session. */
export function testHook(session: Session): TestHook {
  return Object.freeze({
    counters: () => {
      const { totals, missed, recovered } = session.follower;
      return {
        ...session.stage.counts,
        waiting: session.playback.waiting,
        events: totals.events + totals.folded,
        filteredOut: totals.filtered,
        filter: session.filter.text,
        withheld: totals.withheld,
        connections: totals.connections,
        segments: totals.segments,
        missed,
        recovered,
        cursor: totals.cursor,
        totalsHash: foldHash(session),
        line: session.line,
        audience: session.audience ?? '',
        problems: Object.fromEntries(session.problems),
      };
    },
    drawn: () => session.stage.counts.drawn,
    rows: (count: number) => rows(session, count),
  });
}

function rows(session: Session, count: number): readonly HookRow[] {
  return session.feed.newest(count).map(({ row, serviceClass, ...line }) => ({
    kind: row.kind,
    time: row.time,
    source: row.initiator.label,
    sourcePort: row.initiator.port,
    sourceCountry: row.initiator.place.country,
    destination: row.responder.label,
    destinationPort: row.responder.port,
    protocol: row.protocolName,
    service: row.service.name,
    serviceClass: SERVICE_CLASSES[serviceClass]?.name ?? '',
    method: row.method,
    confidence: row.confidence,
    state: line.state,
    packets: line.packets,
    bytes: line.bytes,
    times: 1 + row.folded,
    site: row.tag.site,
    provenance: row.tag.provenance,
  }));
}
