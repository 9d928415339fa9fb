import { describe, expect, test } from 'vitest';
import { backoffMs } from '../../../../web/src/socket/backoff.ts';
import { Connection, type SocketLike } from '../../../../web/src/socket/connection.ts';

class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly sent: string[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
}

class Wire {
  readonly sockets: FakeSocket[] = [];
  readonly told: string[] = [];
  readonly timers: { ms: number; run: () => void }[] = [];
  readonly connection = new Connection({
    open: () => {
      const socket = new FakeSocket();
      this.sockets.push(socket);
      return socket;
    },
    after: (ms, run) => {
      const timer = { ms, run };
      this.timers.push(timer);
      return () => void this.timers.splice(this.timers.indexOf(timer), 1);
    },
    random: () => 1,
    view: () => ({ action: 'view', audience: 'public' }),
    onView: ({ tickMs }) => this.told.push(`view ${tickMs}`),
    onFrame: () => this.told.push('frame'),
    onState: (state) => this.told.push(state),
    onProblem: (reason) => this.told.push(`problem ${reason}`),
  });

  get socket(): FakeSocket {
    return this.sockets.at(-1) as FakeSocket;
  }

  say(data: unknown): void {
    this.socket.onmessage?.({ data });
  }
}

const VIEW = JSON.stringify({ type: 'view', audience: 'public', tickMs: 500 });

describe('Connection', () => {
  test('asks for its view and is live once the server took it', () => {
    const wire = new Wire();
    wire.connection.start();
    wire.socket.onopen?.();
    wire.say(VIEW);

    expect(wire.socket.sent).toEqual(['{"action":"view","audience":"public"}']);
    expect(wire.told).toEqual(['connecting', 'live', 'view 500']);
  });

  test('does not speak on a line that is still opening', () => {
    const wire = new Wire();
    wire.connection.start();
    wire.connection.sendView();
    expect(wire.socket.sent).toEqual([]);
    wire.socket.onopen?.();

    expect(wire.socket.sent).toHaveLength(1);
  });

  test('counts what it cannot read and goes on', () => {
    const wire = new Wire();
    wire.connection.start();
    for (const data of ['{', '[]', '{"type":"frame"}', new ArrayBuffer(8), 'null']) wire.say(data);
    wire.say(JSON.stringify({ type: 'frame', shards: {}, parts: [], at: 1 }));

    expect(wire.told.slice(1)).toEqual([
      'problem bad-json',
      'problem bad-message',
      'problem bad-message',
      'problem not-text',
      'problem bad-message',
      'frame',
    ]);
  });

  test('comes back with growing waits, and starts over once it was live', () => {
    const wire = new Wire();
    wire.connection.start();
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      wire.socket.onclose?.();
      const timer = wire.timers.at(-1);
      waits.push(timer?.ms ?? 0);
      timer?.run();
    }
    wire.socket.onopen?.();
    wire.say(VIEW);
    wire.socket.onclose?.();

    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(wire.timers.at(-1)?.ms).toBe(1_000);
  });

  test('says its view again before the server would find it idle', () => {
    const wire = new Wire();
    wire.connection.start();
    wire.socket.onopen?.();
    wire.timers.at(-1)?.run();

    expect(wire.socket.sent).toHaveLength(2);
  });

  test('stays away once stopped', () => {
    const wire = new Wire();
    wire.connection.start();
    wire.connection.stop();
    wire.socket.onclose?.();

    expect(wire.sockets).toHaveLength(1);
    expect(wire.socket.closed).toBe(true);
    expect(wire.told.at(-1)).toBe('stopped');
  });
});

describe('backoffMs', () => {
  test('lies anywhere below a bound that doubles up to 30 s', () => {
    expect(backoffMs(0, () => 0)).toBe(0);
    expect(backoffMs(2, () => 0.5)).toBe(2_000);
    expect(backoffMs(50, () => 1)).toBe(30_000);
  });
});
