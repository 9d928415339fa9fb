import { createHash } from 'node:crypto';

/** Account and region every local ARN carries. */
export const PLACE = {
  account: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  suffix: 'amazonaws.com',
} as const;

/** Same words, same digest: physical names are the same at every start, so that state is found again. */
export function digest(length: number, ...words: readonly string[]): string {
  const bytes = createHash('sha256').update(words.join('\0')).digest();
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  while (text.length < length) {
    text += 'abcdefghijklmnopqrstuvwxyz0123456789'[Number(value % 36n)];
    value /= 36n;
  }
  return text;
}

/** A UUID made from words. */
export function digestUuid(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  return hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
}

/** A physical name as CloudFormation makes them, cut to a length. */
export function physicalName(stack: string, logicalId: string, maxLength: number): string {
  const tail = digest(12, stack, logicalId);
  const head = `${stack}-${logicalId}`.slice(0, maxLength - tail.length - 1);
  return `${head}-${tail}`;
}

/** An ARN in the local account and region. */
export function arn(service: string, resource: string): string {
  return `arn:${PLACE.partition}:${service}:${PLACE.region}:${PLACE.account}:${resource}`;
}

/** An ARN of a service that has no region, such as IAM. */
export function globalArn(service: string, resource: string): string {
  return `arn:${PLACE.partition}:${service}::${PLACE.account}:${resource}`;
}
