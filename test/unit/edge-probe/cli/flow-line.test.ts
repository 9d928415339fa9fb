import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { flowLines } from '../../../../edge-probe/cli/flow-line.ts';
import { MeteredPackets } from '../../../support/metered.ts';

const T = 1_700_000_000_000;

describe('flowLines', () => {
  it('leaves out the ends and the Community ID of a row that names its flow alone', () => {
    const metered = new MeteredPackets().tcp(T, '>', 'S');
    metered.meter.finish();
    const timedOut = new MeteredPackets().tcp(T, '>', 'S');
    timedOut.meter.tick(T + 20_000);
    timedOut.meter.finish();

    const lines = [...metered.batches, ...timedOut.batches].map((events) =>
      JSON.parse(flowLines(events, { communityIdSeed: 0 })),
    );

    expect(lines[0]).toMatchObject({ initiator: '192.0.2.1', communityId: expect.any(String) });
    expect(lines.at(-1)).toMatchObject({ kind: 'close', flow: 1, state: 'S0' });
    expect(lines.at(-1)).not.toHaveProperty('initiator');
    expect(lines.at(-1)).not.toHaveProperty('communityId');
  });

  it('names the behaviour that a finding tells', () => {
    const builder = new BatchBuilder(1);
    const row = builder.add();
    builder.columns.kind[row] = EVENT_KIND.finding;
    builder.columns.behaviour[row] = 5;
    builder.columns.evidence[row] = 40;

    const line = JSON.parse(flowLines(builder.take(), { communityIdSeed: undefined }));

    expect(line).toMatchObject({ kind: 'finding', behaviour: 'brute-force', evidence: 40 });
  });
});
