import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import { findingRows } from '../../../../edge-probe/behaviour/finding-rows.ts';

describe('rows of findings', () => {
  it('tell source, target, what was counted and how sure that is', () => {
    const builder = new BatchBuilder(8);
    const rows = findingRows({
      add: (kind, _nowMs, fill) => {
        const row = builder.add();
        builder.columns.kind[row] = kind;
        fill(builder, row);
      },
    });

    rows({
      ...{ behaviour: 5, service: 1, confidence: 77, evidence: 31, ended: false },
      source: Uint8Array.of(203, 0, 113, 7),
      target: Uint8Array.of(198, 51, 100, 10),
      ...{ targetPort: 22, protocol: 6, firstMs: 1_000, lastMs: 31_000, nowMs: 31_500 },
    });

    const events = builder.take();
    const row = { time: 1_000, durationMs: 30_000, responderPort: 22, protocol: 6, service: 1 };
    const more = { behaviour: 5, evidence: 31, confidence: 77, packetsOut: 0 };
    const told = { kind: EVENT_KIND.finding, method: METHOD.behaviour, ...row, ...more };
    for (const [column, value] of Object.entries(told)) {
      expect([column, events[column as 'time'][0]]).toEqual([column, value]);
    }
    expect(events.addresses[events.initiator[0] as number]).toEqual(Uint8Array.of(203, 0, 113, 7));
  });
});
