import { describe, expect, it } from 'vitest';
import type { BatchEvents } from '../../../../core/batch/batch.ts';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { SERVICES } from '../../../../core/classify/services.ts';
import { DIRECTION, EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import { assemble } from '../../../../lambdas/wrangle/assemble.ts';
import { type EnrichedBatch, enrich } from '../../../../lambdas/wrangle/enrich.ts';
import { locatorOf } from '../../../../lambdas/wrangle/locate.ts';
import { header, NOW } from '../batches.ts';
import { sensor } from '../fakes.ts';

const HOME = 0xc6336405;
const OTHER_HOME = 0xc6336406;
const OUT = 0x08080808;
const FAR = 0x09090909;

function rows(...ends: readonly (readonly [from: number, to: number])[]): BatchEvents {
  const builder = new BatchBuilder();
  for (const [from, to] of ends) {
    const [initiator, responder] = [builder.address4(from), builder.address4(to)];
    const text = builder.text(`to ${to}`);
    const row = builder.add();
    builder.columns.kind[row] = EVENT_KIND.whole;
    builder.columns.time[row] = NOW;
    builder.columns.initiator[row] = initiator;
    builder.columns.responder[row] = responder;
    builder.columns.responderPort[row] = 22;
    builder.columns.protocol[row] = 6;
    builder.columns.text[row] = text;
  }
  return builder.take();
}

function enriched(
  events: BatchEvents,
  located: 'unknown' | 'unreadable' = 'unknown',
): EnrichedBatch {
  const locator = locatorOf([], { locate: () => located });
  return enrich({ header: header(1), sensor: sensor(), events, arrivedAt: NOW }, locator);
}

describe('enrich', () => {
  it('tells direction from the home networks', () => {
    const events = rows([OUT, HOME], [HOME, OUT], [HOME, OTHER_HOME], [OUT, FAR]);
    expect([...enriched(events).direction]).toEqual([
      DIRECTION.inbound,
      DIRECTION.outbound,
      DIRECTION.internal,
      DIRECTION.transit,
    ]);
  });

  it('knows nothing of the ends that a row does not tell', () => {
    const events = rows([OUT, HOME], [OUT, HOME]);
    events.initiator[1] = 0;
    events.responder[1] = 0;

    const batch = enriched(events);
    const { table } = { table: assemble([{ batch, from: 0, to: 2 }]) };

    expect(batch.direction[1]).toBe(DIRECTION.untold);
    const untold = table.endpoints[table.initiator[1] ?? 0];
    expect(untold).toMatchObject({ label: '', home: false });
    expect(table.places[untold?.place ?? -1]?.how).toBe('unknown');
  });

  it('names the service by port, and says so', () => {
    const { service, method, confidence } = enriched(rows([OUT, HOME])).events;
    expect(SERVICES[service[0] ?? 0]?.name).toBe('ssh');
    expect(method[0]).toBe(METHOD.port);
    expect(confidence[0]).toBeGreaterThan(0);
  });

  it('keeps the service that the probe read in the payload', () => {
    const events = rows([OUT, HOME], [OUT, HOME]);
    events.service[0] = 9;
    events.method[0] = METHOD.payload;
    events.confidence[0] = 95;

    const { service, method, confidence } = enriched(events).events;

    expect([service[0], method[0], confidence[0]]).toEqual([9, METHOD.payload, 95]);
    expect(method[1]).toBe(METHOD.port);
  });

  it('does not name the service of a finding or a process by its ports', () => {
    const events = rows([OUT, HOME], [HOME, HOME]);
    events.kind.set([EVENT_KIND.finding, EVENT_KIND.exec]);

    expect([...enriched(events).events.method]).toEqual([METHOD.none, METHOD.none]);
  });

  it('asks for each distinct address once', () => {
    let asked = 0;
    const locator = locatorOf([], {
      locate: () => {
        asked++;
        return 'unknown';
      },
    });
    const events = rows([OUT, HOME], [OUT, HOME], [FAR, HOME], [OUT, HOME]);
    enrich({ header: header(1), sensor: sensor(), events, arrivedAt: NOW }, locator);
    expect(asked).toBe(2);
  });

  it('flags a clock that is ahead, and corrects the rows by what is flagged', () => {
    const events = rows([OUT, HOME], [HOME, OUT]);
    const ahead = header(1, { createdAt: NOW + 3_600_000 });
    events.time.fill(NOW + 3_600_000 - 5);

    const batch = enrich(
      { header: ahead, sensor: sensor(), events, arrivedAt: NOW },
      locatorOf([], { locate: () => 'unknown' }),
    );

    expect(batch.tag.skewMs).toBe(3_600_000);
    expect([...batch.events.time]).toEqual([NOW - 5, NOW - 5]);
    expect(batch.counters).toEqual({ 'clock-skew': 2 });
  });

  it('counts rows whose place a damaged database should have known', () => {
    const { counters } = enriched(rows([OUT, HOME], [HOME, OTHER_HOME], [FAR, HOME]), 'unreadable');
    expect(counters).toEqual({ 'geo-unavailable': 2 });
  });
});

describe('assemble', () => {
  it('joins slices of batches into one table, with what they share kept once', () => {
    const first = enriched(rows([OUT, HOME], [FAR, HOME]));
    const second = enriched(rows([OUT, OTHER_HOME], [OUT, HOME]));

    const table = assemble([
      { batch: first, from: 0, to: 2 },
      { batch: second, from: 1, to: 2 },
    ]);

    const label = (index: number | undefined): string =>
      table.endpoints[index ?? -1]?.label ?? 'none';
    expect([...table.initiator].map(label)).toEqual(['8.8.8.8', '9.9.9.9', '8.8.8.8']);
    expect([...table.responder].map(label)).toEqual([
      '198.51.100.5',
      '198.51.100.5',
      '198.51.100.5',
    ]);
    expect(table.endpoints).toHaveLength(3);
    expect(table.tags).toHaveLength(1);
    expect([...table.text].map((index) => table.texts[index])).toEqual(
      Array.from({ length: 3 }, () => `to ${HOME}`),
    );
    expect(table.length).toBe(3);
  });
});
