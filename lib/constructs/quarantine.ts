import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IRole } from 'aws-cdk-lib/aws-iam';
import type {
  DlqDestinationConfig,
  IEventSourceDlq,
  IEventSourceMapping,
  IFunction,
} from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { SkirmishConfig } from '../config.ts';
import { acknowledge, wildcardResource } from './acknowledge.ts';

/** Days that refused and failed records are kept for a replay. */
const QUARANTINE_DAYS = 30;

/**
 * Where records go that cannot be taken in.
 *
 * Access patterns: wrangle writes `quarantine/<reason>/<probe>/<arrival>-<digest>.bin`; Lambda itself writes
 * `aws/lambda/<mapping>/…` when an event source mapping gives up on records; `npm run replay:quarantine` lists, reads and deletes.
 */
export class Quarantine extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: { readonly config: SkirmishConfig }) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ expiration: Duration.days(QUARANTINE_DAYS) }],
      removalPolicy: props.config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Only two functions and the operator reach this bucket; CloudTrail records who.',
    });
  }

  /** Lets wrangle set refused batches aside. */
  grantSetAside(writer: IFunction): void {
    grantPut(this.bucket, writer, 'quarantine/*');
  }

  /** The failure destination of an event source mapping: the whole record, so that it can be replayed. */
  onFailure(): IEventSourceDlq {
    return new QuarantineDestination(this.bucket);
  }
}

/** CDK's own S3 destination lets the function read, write and delete everything in the bucket. */
class QuarantineDestination implements IEventSourceDlq {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  bind(_mapping: IEventSourceMapping, handler: IFunction): DlqDestinationConfig {
    // Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
    grantPut(this.#bucket, handler, 'aws/lambda/*');
    Grant.addToPrincipal({
      grantee: handler,
      actions: ['s3:ListBucket'],
      resourceArns: [this.#bucket.bucketArn],
    });
    return { destination: this.#bucket.bucketArn };
  }
}

function grantPut(bucket: Bucket, writer: IFunction, keys: string): void {
  Grant.addToPrincipal({
    grantee: writer,
    actions: ['s3:PutObject'],
    resourceArns: [bucket.arnForObjects(keys)],
  });
  acknowledge(writer.role as IRole, {
    [wildcardResource(bucket, (id) => `<${id}.Arn>/${keys}`)]:
      'Keys of objects are made while running; the prefix is the narrowest that holds them.',
  });
}
