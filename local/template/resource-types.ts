import { arn, digest, digestUuid, globalArn, PLACE, physicalName } from './naming.ts';
import type { Properties } from './properties.ts';

/** Physical identity of a resource: what `Ref` and `Fn::GetAtt` answer. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Naming {
  readonly stack: string;
  readonly logicalId: string;
  readonly properties: Properties;
}

/** What the local runtime does with a resource type. */
export interface ResourceType {
  /** `run`: it has an effect here. `accept`: it is understood and has no effect on one machine. */
  readonly mode: 'run' | 'accept';
  readonly identify: (naming: Naming) => Identity;
}

const run = (identify: ResourceType['identify']): ResourceType => ({ mode: 'run', identify });
const accept = (identify: ResourceType['identify']): ResourceType => ({ mode: 'accept', identify });

function named(naming: Naming, property: string, maxLength: number): string {
  const { stack, logicalId, properties } = naming;
  return properties.textOr(property, physicalName(stack, logicalId, maxLength));
}

function opaque(naming: Naming, length = 10): string {
  return digest(length, naming.stack, naming.logicalId);
}

const justId = (naming: Naming): Identity => {
  const ref = opaque(naming);
  return { ref, attributes: { Id: ref } };
};

function table(naming: Naming): Identity {
  const ref = named(naming, 'TableName', 255);
  const tableArn = arn('dynamodb', `table/${ref}`);
  return {
    ref,
    attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/2026-01-01T00:00:00.000` },
  };
}

function stream(naming: Naming): Identity {
  const ref = named(naming, 'Name', 128);
  return { ref, attributes: { Arn: arn('kinesis', `stream/${ref}`) } };
}

function lambda(naming: Naming): Identity {
  const ref = named(naming, 'FunctionName', 64);
  return { ref, attributes: { Arn: arn('lambda', `function:${ref}`) } };
}

function mapping(naming: Naming): Identity {
  const ref = digestUuid(naming.stack, naming.logicalId);
  return {
    ref,
    attributes: { Id: ref, EventSourceMappingArn: arn('lambda', `event-source-mapping:${ref}`) },
  };
}

function role(naming: Naming): Identity {
  const ref = named(naming, 'RoleName', 64);
  return { ref, attributes: { Arn: globalArn('iam', `role/${ref}`), RoleId: opaque(naming, 21) } };
}

function managedPolicy(naming: Naming): Identity {
  const ref = globalArn('iam', `policy/${named(naming, 'ManagedPolicyName', 128)}`);
  return { ref, attributes: { PolicyArn: ref } };
}

function api(naming: Naming): Identity {
  const ref = opaque(naming);
  const scheme = naming.properties.textOr('ProtocolType', 'HTTP') === 'WEBSOCKET' ? 'wss' : 'https';
  return { ref, attributes: { ApiId: ref, ApiEndpoint: `${scheme}://${apiHost(ref)}` } };
}

/** Host name API Gateway gives an API on AWS. */
export function apiHost(apiId: string): string {
  return `${apiId}.execute-api.${PLACE.region}.${PLACE.suffix}`;
}

function stage(naming: Naming): Identity {
  return { ref: naming.properties.text('StageName'), attributes: {} };
}

function bucket(naming: Naming): Identity {
  const ref = named(naming, 'BucketName', 63).toLowerCase();
  return {
    ref,
    attributes: {
      Arn: `arn:${PLACE.partition}:s3:::${ref}`,
      DomainName: `${ref}.s3.${PLACE.suffix}`,
      RegionalDomainName: `${ref}.s3.${PLACE.region}.${PLACE.suffix}`,
    },
  };
}

function distribution(naming: Naming): Identity {
  const ref = opaque(naming, 14).toUpperCase();
  return { ref, attributes: { Id: ref, DomainName: `${ref.toLowerCase()}.cloudfront.net` } };
}

function logGroup(naming: Naming): Identity {
  const ref = named(naming, 'LogGroupName', 512);
  return { ref, attributes: { Arn: `${arn('logs', `log-group:${ref}`)}:*` } };
}

function alarm(naming: Naming): Identity {
  const ref = named(naming, 'AlarmName', 255);
  return { ref, attributes: { Arn: arn('cloudwatch', `alarm:${ref}`) } };
}

function topic(naming: Naming): Identity {
  const name = named(naming, 'TopicName', 256);
  return { ref: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
}

function queue(naming: Naming): Identity {
  const name = named(naming, 'QueueName', 80);
  const ref = `https://sqs.${PLACE.region}.${PLACE.suffix}/${PLACE.account}/${name}`;
  return { ref, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: ref } };
}

/** Every resource type the local runtime knows; any other one stops it. */
export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  'AWS::Kinesis::Stream': run(stream),
  'AWS::DynamoDB::Table': run(table),
  'AWS::DynamoDB::GlobalTable': run(table),
  'AWS::Lambda::Function': run(lambda),
  'AWS::Lambda::EventSourceMapping': run(mapping),
  'AWS::Lambda::Permission': run(justId),
  'AWS::IAM::Role': run(role),
  'AWS::IAM::Policy': run(justId),
  'AWS::IAM::ManagedPolicy': run(managedPolicy),
  'AWS::ApiGatewayV2::Api': run(api),
  'AWS::ApiGatewayV2::Stage': run(stage),
  'AWS::ApiGatewayV2::Route': run(justId),
  'AWS::ApiGatewayV2::Integration': run(justId),
  'AWS::ApiGatewayV2::Deployment': accept(justId),
  'AWS::S3::Bucket': run(bucket),
  'AWS::S3::BucketPolicy': run(justId),
  'AWS::CloudFront::Distribution': run(distribution),
  'AWS::CloudFront::ResponseHeadersPolicy': run(justId),
  'AWS::CloudFront::OriginAccessControl': accept(justId),
  'AWS::CloudFront::CachePolicy': accept(justId),
  'AWS::CloudFront::OriginRequestPolicy': accept(justId),
  'Custom::CDKBucketDeployment': run(justId),
  'Custom::S3AutoDeleteObjects': accept(justId),
  'AWS::Lambda::LayerVersion': accept(justId),
  'AWS::Lambda::EventInvokeConfig': accept(justId),
  'AWS::Logs::LogGroup': accept(logGroup),
  'AWS::Logs::MetricFilter': accept(justId),
  'AWS::CloudWatch::Alarm': accept(alarm),
  'AWS::CloudWatch::CompositeAlarm': accept(alarm),
  'AWS::CloudWatch::Dashboard': accept(justId),
  'AWS::SNS::Topic': accept(topic),
  'AWS::SNS::TopicPolicy': accept(justId),
  'AWS::SNS::Subscription': accept(justId),
  'AWS::SQS::Queue': accept(queue),
  'AWS::SQS::QueuePolicy': accept(justId),
  'AWS::Budgets::Budget': accept(justId),
  'AWS::CDK::Metadata': accept(justId),
};
