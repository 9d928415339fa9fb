import { type Price, VIEWER_PRICES } from '../core/prices.ts';

const MILLION = 1_000_000;
const HOURS_A_MONTH = 730;

/** Prices by what they are for. */
export const PRICES = {
  ...VIEWER_PRICES,
  shardHour: price(0.015, 1, 'shard hour', 'https://aws.amazon.com/kinesis/data-streams/pricing/'),
  putUnit: price(0.014, MILLION, '25 KB', 'https://aws.amazon.com/kinesis/data-streams/pricing/'),
  lambdaRequest: price(0.2, MILLION, 'invocation', 'https://aws.amazon.com/lambda/pricing/'),
  writeUnit: price(
    0.625,
    MILLION,
    'write of 1 KB',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ),
  readUnit: price(
    0.125,
    MILLION,
    'read of 4 KB',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ),
  tableStorage: price(
    0.25,
    HOURS_A_MONTH,
    'GB·h',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ),
  recovery: price(0.2, HOURS_A_MONTH, 'GB·h', 'https://aws.amazon.com/dynamodb/pricing/on-demand/'),
  socketMinute: price(
    0.25,
    MILLION,
    'connection minute',
    'https://aws.amazon.com/api-gateway/pricing/',
  ),
  httpRequest: price(1, MILLION, 'request', 'https://aws.amazon.com/api-gateway/pricing/'),
  edgeRequest: price(1, MILLION, 'request', 'https://aws.amazon.com/cloudfront/pricing/'),
  edgeTransfer: price(0.085, 1, 'GB', 'https://aws.amazon.com/cloudfront/pricing/'),
  bucketPut: price(0.005, 1_000, 'put', 'https://aws.amazon.com/s3/pricing/'),
  logGb: price(0.5, 1, 'GB', 'https://aws.amazon.com/cloudwatch/pricing/'),
  metric: price(0.3, HOURS_A_MONTH, 'metric·h', 'https://aws.amazon.com/cloudwatch/pricing/'),
  alarm: price(0.1, HOURS_A_MONTH, 'alarm·h', 'https://aws.amazon.com/cloudwatch/pricing/'),
} as const satisfies Record<string, Price>;

export type Priced = keyof typeof PRICES;

function price(dollars: number, per: number, unit: string, source: string): Price {
  return { dollars, per, unit, source };
}
