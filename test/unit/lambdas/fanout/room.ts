import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience, Rendering } from '../../../../core/event/table.ts';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../../core/frame/parse.ts';
import type { Posted } from '../../../../lambdas/aws/socket.ts';
import { bucketOf, type Viewer } from '../../../../lambdas/aws/viewers.ts';
import type { FanoutPorts } from '../../../../lambdas/fanout/fanout.ts';
import { closeBody, openBody } from '../../../../lambdas/segment-body.ts';
import { NOW } from '../batches.ts';

/** A segment as the table's stream tells of it; without a rendering its bodies are no renderings. */
export function insert(
  shard: string,
  number: number,
  { size = 12, rendering }: { readonly size?: number; readonly rendering?: Rendering } = {},
): DynamoDBRecord {
  const body = (audience: Audience): string =>
    Buffer.from(
      rendering === undefined
        ? `${audience} ${number}`.padEnd(size)
        : closeBody({ ...rendering, audience }),
    ).toString('base64');
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: String(number),
      NewImage: {
        shard: { S: shard },
        number: { N: String(number) },
        createdAt: { N: String(NOW) },
        events: { N: String(rendering?.table.length ?? 1) },
        operator: { B: body('operator') },
        public: { B: body('public') },
      },
    },
  };
}

/** Viewers in memory: keeps what they were sent. */
export class Room {
  readonly sent: { readonly connection: string; readonly frame: FrameMessage }[] = [];
  readonly removed: string[] = [];
  readonly pauses: number[] = [];
  readonly errors: string[] = [];
  most = 0;
  ports: FanoutPorts;
  #open = 0;

  constructor(viewers: readonly Viewer[], answer: (connection: string) => Posted = () => 'sent') {
    this.ports = {
      viewers: {
        add: async () => {},
        show: async () => {},
        remove: async (connection) => {
          this.removed.push(connection);
        },
        inBucket: async (bucket) =>
          viewers.filter(({ connection }) => bucketOf(connection) === bucket),
      },
      socket: {
        post: async (connection, message) => {
          this.most = Math.max(this.most, ++this.#open);
          await Promise.resolve();
          this.#open--;
          const parsed = parseServerMessage(Buffer.from(message).toString());
          if (!parsed.ok || parsed.value.type !== 'frame') throw new Error('not a frame');
          const posted = answer(connection);
          if (posted === 'sent') this.sent.push({ connection, frame: parsed.value });
          return posted;
        },
      },
      frameRows: 300,
      publicDelayMs: 0,
      budget: { dollarsPerHour: 0, memoryGb: 0.25, tickMs: 1_000 },
      now: () => NOW,
      pause: async (ms) => {
        this.pauses.push(ms);
      },
      random: () => 0.5,
      remainingMs: () => 30_000,
      onError: (doing) => this.errors.push(doing),
    };
  }
}

/** A viewer; public and without a filter when not told. */
export const viewer = (
  connection: string,
  audience: Viewer['audience'] = 'public',
  filter = '',
): Viewer => ({ connection, audience, filter });

/** Renderings in a frame, opened. */
export function renderingsIn(frame: FrameMessage | undefined): Rendering[] {
  return (frame?.parts ?? []).map(({ body }) => {
    const opened = openBody(Buffer.from(body, 'base64'));
    if (!opened.ok) throw new Error(opened.reason);
    return opened.value;
  });
}
