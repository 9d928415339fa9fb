/** What a unit costs, and where that was read. */
export interface Price {
  /** US dollars for `per` units. */
  readonly dollars: number;
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

/** When the prices were read. Those that AWS charges in us-east-1; free tiers are not used. */
export const PRICES_AS_OF = '2026-11-21';

const MILLION = 1_000_000;

/** What sending frames to viewers costs. */
export const VIEWER_PRICES = {
  socketMessage: {
    ...{ dollars: 1, per: MILLION, unit: '32 KB' },
    source: 'https://aws.amazon.com/api-gateway/pricing/',
  },
  transferOut: {
    ...{ dollars: 0.09, per: 1, unit: 'GB' },
    source: 'https://aws.amazon.com/ec2/pricing/on-demand/',
  },
  lambdaGbSecond: {
    ...{ dollars: 0.0000133334, per: 1, unit: 'GB·s arm64' },
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
} as const satisfies Record<string, Price>;

/** API Gateway counts a message for each started part of this size. */
export const SOCKET_UNIT_BYTES: number = 32 * 1024;

/** TLS record and WebSocket header around a message, bytes. */
export const SOCKET_FRAMING_BYTES = 40;
