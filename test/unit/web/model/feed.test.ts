import { describe, expect, test } from 'vitest';
import { severityOfBits } from '../../../../core/classify/severity.ts';
import { CONN_STATES } from '../../../../core/event/kinds.ts';
import { Feed } from '../../../../web/src/model/feed.ts';
import { tableOf } from './tables.ts';

const addAll = (feed: Feed, table: ReturnType<typeof tableOf>): void => {
  for (let i = 0; i < table.length; i++) feed.add(table, i);
};

describe('Feed', () => {
  test('shows a flow as one line and adds its later rows to it', () => {
    const feed = new Feed();
    addAll(
      feed,
      tableOf([
        { kind: 'open', flow: 9, packets: 1 },
        { kind: 'data', flow: 9, packets: 10 },
        { kind: 'close', flow: 9, packets: 2, state: CONN_STATES.indexOf('SF') },
      ]),
    );

    const [line] = feed.newest(10);
    expect(feed.length).toBe(1);
    expect(line).toMatchObject({ packets: 13, bytes: 300, state: 'SF' });
  });

  test('adds a straggler to the line of a flow that has ended', () => {
    const feed = new Feed();
    addAll(
      feed,
      tableOf([
        { kind: 'whole', flow: 9, packets: 4 },
        { kind: 'data', flow: 9, packets: 1 },
      ]),
    );

    expect(feed.newest(10).map((line) => line.packets)).toEqual([5]);
  });

  test('shows the end of a flow that began before the page', () => {
    const feed = new Feed();
    addAll(feed, tableOf([{ kind: 'close', flow: 4 }]));

    expect(feed.newest(1)[0]?.row.kind).toBe('close');
  });

  test('leaves out the bare end of such a flow', () => {
    const feed = new Feed();
    addAll(feed, tableOf([{ kind: 'close', flow: 4, packets: 0 }]));

    expect(feed.length).toBe(0);
  });

  test('closes a line by the flow’s number alone', () => {
    const feed = new Feed();
    const close = { kind: 'close', told: false, packets: 0 } as const;
    addAll(
      feed,
      tableOf([
        { kind: 'open', flow: 4 },
        { kind: 'open', flow: 5 },
        { ...close, flow: 4, state: CONN_STATES.indexOf('S0') },
      ]),
    );

    expect(feed.newest(9).map(({ row, state }) => [row.flow, state])).toEqual([
      [5, 'NONE'],
      [4, 'S0'],
    ]);
  });

  test('shows a finding as one line, as it was told last', () => {
    const feed = new Feed();
    const finding = { kind: 'finding', flow: 0, packets: 0, behaviour: 1 } as const;
    addAll(
      feed,
      tableOf([
        { ...finding, evidence: 20 },
        { ...finding, evidence: 90 },
        { ...finding, evidence: 5, source: '198.51.100.0/24' },
      ]),
    );

    expect(feed.newest(9).map(({ row }) => [row.behaviour.name, row.evidence])).toEqual([
      ['scan-vertical', 5],
      ['scan-vertical', 90],
    ]);
  });

  test('shows connections told as one as a line of their own, whatever came before', () => {
    const feed = new Feed();
    const alike = { flow: 0, source: '', folded: 36 } as const;
    addAll(feed, tableOf([{ flow: 7 }, alike, alike, { ...alike, kind: 'data' }]));

    expect(feed.newest(9).map(({ row }) => row.folded)).toEqual([36, 36, 0]);
  });

  test('joins the reasons why a connection asks for attention', () => {
    const feed = new Feed();
    const table = tableOf([
      { kind: 'open', flow: 7, service: 'postgresql' },
      { kind: 'close', flow: 7, service: 'postgresql', state: CONN_STATES.indexOf('SF') },
    ]);
    table.confidence.fill(60);
    addAll(feed, table);

    const [line] = feed.newest(1);
    expect(severityOfBits(line?.reasons ?? 0)).toMatchObject({ level: 3 });
  });

  test('forgets its lines when it is cleared, and goes on counting', () => {
    const feed = new Feed();
    addAll(feed, tableOf([{ kind: 'open', flow: 1 }, { flow: 2 }]));
    feed.clear();
    addAll(feed, tableOf([{ kind: 'data', flow: 1 }]));

    expect([feed.length, feed.added]).toEqual([1, 3]);
    expect(feed.newest(9).map(({ id }) => id)).toEqual([3]);
    expect(feed.line(2)).toBeUndefined();
  });

  test('leaves out rows that are no connections', () => {
    const feed = new Feed();
    addAll(feed, tableOf([{ kind: 'name' }, { kind: 'exec' }]));

    expect(feed.length).toBe(0);
  });

  test('holds the newest lines only, newest first', () => {
    const feed = new Feed(3);
    addAll(feed, tableOf(Array.from({ length: 5 }, (_, flow) => ({ flow, source: `s${flow}` }))));

    expect(feed.newest(10).map((line) => line.row.initiator.label)).toEqual(['s4', 's3', 's2']);
    expect(feed.line(1)).toBeUndefined();
  });

  test('does not mistake a new flow with an old number for the old one', () => {
    const feed = new Feed();
    addAll(
      feed,
      tableOf([
        { kind: 'open', flow: 1 },
        { kind: 'open', flow: 1 },
        { kind: 'whole', flow: 1 },
      ]),
    );

    expect(feed.length).toBe(3);
  });
});
