import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { grantsOf, wideGrants } from './grants.ts';
import { pipelineTemplate, resourcesOf, siteTemplate } from './synthesized.ts';

const CONNECTIONS =
  'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<ViewerSocketApi>/live/*/@connections/*';

/** Everything that anything in the pipeline may do. */
const ALLOWED = [
  'FanOutFanoutRole: dynamodb:DeleteItem on <ViewerSocketViewers.Arn>',
  'FanOutFanoutRole: dynamodb:DescribeStream on <Segments.StreamArn>',
  'FanOutFanoutRole: dynamodb:GetRecords on <Segments.StreamArn>',
  'FanOutFanoutRole: dynamodb:GetShardIterator on <Segments.StreamArn>',
  'FanOutFanoutRole: dynamodb:ListStreams on <Segments.StreamArn>',
  'FanOutFanoutRole: dynamodb:Query on <ViewerSocketViewers.Arn>',
  `FanOutFanoutRole: execute-api:ManageConnections on ${CONNECTIONS}`,
  'FanOutFanoutRole: logs:CreateLogStream on <FanOutFanoutLogs.Arn>',
  'FanOutFanoutRole: logs:PutLogEvents on <FanOutFanoutLogs.Arn>',
  'FanOutFanoutRole: s3:ListBucket on <QuarantineBucket.Arn>',
  'FanOutFanoutRole: s3:PutObject on <QuarantineBucket.Arn>/aws/lambda/*',
  'HttpApiHttpRole: dynamodb:GetItem on <Segments.Arn>',
  'HttpApiHttpRole: dynamodb:Query on <Rollups.Arn>',
  'HttpApiHttpRole: dynamodb:Query on <Segments.Arn>',
  'HttpApiHttpRole: dynamodb:Scan on <SegmentsLogs.Arn>',
  'HttpApiHttpRole: logs:CreateLogStream on <HttpApiHttpLogs.Arn>',
  'HttpApiHttpRole: logs:PutLogEvents on <HttpApiHttpLogs.Arn>',
  'IngestProbePolicy: kinesis:PutRecords on <IngestStream.Arn>',
  'IngestWrangleRole: dynamodb:GetItem on <SegmentsLogs.Arn>',
  'IngestWrangleRole: dynamodb:GetItem on <SegmentsRegistry.Arn>',
  'IngestWrangleRole: dynamodb:PutItem on <Segments.Arn>',
  'IngestWrangleRole: dynamodb:PutItem on <SegmentsLogs.Arn>',
  'IngestWrangleRole: dynamodb:Query on <Segments.Arn>',
  'IngestWrangleRole: dynamodb:Scan on <SegmentsLogs.Arn>',
  'IngestWrangleRole: dynamodb:Scan on <SegmentsRegistry.Arn>',
  'IngestWrangleRole: kinesis:DescribeStream on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:DescribeStreamConsumer on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:DescribeStreamSummary on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:GetRecords on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:GetShardIterator on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:ListShards on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:ListStreams on <IngestStream.Arn>',
  'IngestWrangleRole: kinesis:SubscribeToShard on <IngestStream.Arn>',
  'IngestWrangleRole: logs:CreateLogStream on <IngestWrangleLogs.Arn>',
  'IngestWrangleRole: logs:PutLogEvents on <IngestWrangleLogs.Arn>',
  'IngestWrangleRole: s3:ListBucket on <QuarantineBucket.Arn>',
  'IngestWrangleRole: s3:PutObject on <QuarantineBucket.Arn>/aws/lambda/*',
  'IngestWrangleRole: s3:PutObject on <QuarantineBucket.Arn>/quarantine/*',
  'RollupsRollupRole: dynamodb:DescribeStream on <Segments.StreamArn>',
  'RollupsRollupRole: dynamodb:GetItem on <Rollups.Arn>',
  'RollupsRollupRole: dynamodb:GetRecords on <Segments.StreamArn>',
  'RollupsRollupRole: dynamodb:GetShardIterator on <Segments.StreamArn>',
  'RollupsRollupRole: dynamodb:ListStreams on <Segments.StreamArn>',
  'RollupsRollupRole: dynamodb:PutItem on <Rollups.Arn>',
  'RollupsRollupRole: dynamodb:Query on <Rollups.Arn>',
  'RollupsRollupRole: dynamodb:Query on <Segments.Arn>',
  'RollupsRollupRole: logs:CreateLogStream on <RollupsRollupLogs.Arn>',
  'RollupsRollupRole: logs:PutLogEvents on <RollupsRollupLogs.Arn>',
  'RollupsRollupRole: s3:ListBucket on <QuarantineBucket.Arn>',
  'RollupsRollupRole: s3:PutObject on <QuarantineBucket.Arn>/aws/lambda/*',
  'ViewerSocketViewerRole: dynamodb:DeleteItem on <ViewerSocketViewers.Arn>',
  'ViewerSocketViewerRole: dynamodb:PutItem on <ViewerSocketViewers.Arn>',
  'ViewerSocketViewerRole: dynamodb:UpdateItem on <ViewerSocketViewers.Arn>',
  `ViewerSocketViewerRole: execute-api:ManageConnections on ${CONNECTIONS}`,
  'ViewerSocketViewerRole: logs:CreateLogStream on <ViewerSocketViewerLogs.Arn>',
  'ViewerSocketViewerRole: logs:PutLogEvents on <ViewerSocketViewerLogs.Arn>',
];

const template = pipelineTemplate();

describe('the pipeline', () => {
  it('allows exactly the listed actions on the listed resources', () => {
    expect(grantsOf(template)).toEqual(ALLOWED);
  });

  it('allows no action by a wildcard and nothing on every resource', () => {
    expect(wideGrants(grantsOf(template))).toEqual([]);
  });

  it('attaches no policy that AWS manages', () => {
    for (const { Properties } of resourcesOf(template, 'AWS::IAM::Role')) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      expect(Properties.Policies).toBeUndefined();
    }
  });
});

describe('the site', () => {
  const grants = grantsOf(siteTemplate());

  it('lets nothing but the function that copies the page touch anything', () => {
    const owners = grants.map((line) => line.split(':')[0]);

    expect(new Set(owners)).toEqual(new Set(['SiteDeploymentRole']));
  });

  it('allows nothing on every resource', () => {
    expect(grants.filter((line) => line.endsWith(' on *'))).toEqual([]);
  });
});

describe('the check itself', () => {
  interface Statement {
    Action: unknown;
    Resource: unknown;
  }

  const mutated = (change: (statement: Statement) => unknown): Template => {
    const json = structuredClone(template.toJSON());
    const [policy] = resourcesOf(template, 'AWS::IAM::Policy');
    const { Statement } = json['Resources'][policy?.id ?? ''].Properties.PolicyDocument;
    change(Statement.at(-1));
    return Template.fromJSON(json);
  };

  it.each([
    ['a resource becomes *', (s: Statement) => Object.assign(s, { Resource: '*' })],
    ['an action becomes *', (s: Statement) => Object.assign(s, { Action: '*' })],
    ['an action gets a *', (s: Statement) => Object.assign(s, { Action: 'kinesis:*' })],
    [
      '* is added to the resources',
      (s: Statement) => Object.assign(s, { Resource: [s.Resource, '*'] }),
    ],
  ] as const)('fails when %s', (_, change) => {
    const grants = grantsOf(mutated(change));

    expect(wideGrants(grants)).not.toEqual([]);
    expect(grants).not.toEqual(ALLOWED);
  });

  it('fails when one action is added', () => {
    const grants = grantsOf(
      mutated((statement) => {
        statement.Action = [statement.Action, 'kinesis:DeleteStream'].flat();
      }),
    );

    expect(grants).not.toEqual(ALLOWED);
  });
});
