import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FANOUT_ENV } from '../../lambdas/fanout/env.ts';
import { HTTP_ENV, HTTP_PATHS } from '../../lambdas/http/env.ts';
import { ROLLUP_ENV } from '../../lambdas/rollup/env.ts';
import { VIEWER_ENV } from '../../lambdas/viewer/env.ts';
import { WRANGLE_ENV } from '../../lambdas/wrangle/env.ts';
import { pipelineTemplate, plainId, resourcesOf, textOf } from './synthesized.ts';

const template = pipelineTemplate();

describe('stream mappings', () => {
  const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');

  it('are three, and each says bisect, retries, age, partial failures and where failures go', () => {
    expect(mappings).toHaveLength(3);
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        MaximumBatchingWindowInSeconds: expect.any(Number),
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ParallelizationFactor: 1,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': expect.anything() } } },
      });
      expect(Properties.BatchSize).toBeGreaterThan(0);
      expect(Properties.MaximumRetryAttempts).toBeGreaterThanOrEqual(0);
      expect(Properties.MaximumRecordAgeInSeconds).toBeGreaterThanOrEqual(60);
    }
  });

  it('miss nothing in the stream and show only what is new to viewers', () => {
    const byStart = mappings.map(({ Properties }) => Properties.StartingPosition).sort();

    expect(byStart).toEqual(['LATEST', 'TRIM_HORIZON', 'TRIM_HORIZON']);
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'LATEST',
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
    });
  });

  it('wait for nothing but to add many segments to a rollup at once', () => {
    const windows = mappings.map(({ Properties }): [string, unknown] => [
      textOf(Properties.FunctionName),
      Properties.MaximumBatchingWindowInSeconds,
    ]);

    expect(new Map(windows)).toEqual(
      new Map([
        ['<IngestWrangle>', 0],
        ['<FanOutFanout>', 0],
        ['<RollupsRollup>', 60],
      ]),
    );
  });
});

describe('functions', () => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');
  const byId = new Map(functions.map((found) => [plainId(found.id), found.Properties]));

  it('run on Node 24, arm64, with memory, timeout and a log group of their own', () => {
    expect([...byId.keys()].sort()).toEqual([
      'FanOutFanout',
      'HttpApiHttp',
      'IngestWrangle',
      'RollupsRollup',
      'ViewerSocketViewer',
    ]);
    for (const properties of byId.values()) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: expect.any(Number),
        Timeout: expect.any(Number),
        LoggingConfig: { LogGroup: expect.anything() },
      });
    }
  });

  it.each([
    ['IngestWrangle', WRANGLE_ENV],
    ['FanOutFanout', FANOUT_ENV],
    ['RollupsRollup', ROLLUP_ENV],
    ['ViewerSocketViewer', VIEWER_ENV],
    ['HttpApiHttp', HTTP_ENV],
  ] as const)('%s has exactly the variables that it reads', (id, names) => {
    const variables = Object.keys(byId.get(id)?.Environment.Variables ?? {});

    expect(variables.sort()).toEqual([...names, 'NODE_OPTIONS'].sort());
  });

  it('reserve no concurrency unless told to, because a new account has none to give', () => {
    const reserved = functions.filter((f) => 'ReservedConcurrentExecutions' in f.Properties);
    const told = pipelineTemplate({ reservedConcurrency: { viewer: 20 } });

    expect(reserved).toEqual([]);
    told.hasResourceProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: 20,
      Description: Match.stringLikeRegexp('viewers'),
    });
  });
});

describe('stream', () => {
  it('is one provisioned shard that keeps records for a day, encrypted', () => {
    template.hasResourceProperties('AWS::Kinesis::Stream', {
      ShardCount: 1,
      RetentionPeriodHours: 24,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    });
  });

  it('is on demand when the configuration says so', () => {
    pipelineTemplate({ stream: { mode: 'on-demand' } }).hasResourceProperties(
      'AWS::Kinesis::Stream',
      { StreamModeDetails: { StreamMode: 'ON_DEMAND' }, ShardCount: Match.absent() },
    );
  });
});

describe('data', () => {
  const kept = [
    'AWS::DynamoDB::GlobalTable',
    'AWS::Kinesis::Stream',
    'AWS::S3::Bucket',
    'AWS::Logs::LogGroup',
  ];

  it('goes with the stack by default', () => {
    const policies = kept.flatMap((type) =>
      resourcesOf(template, type).map(({ DeletionPolicy }) => DeletionPolicy),
    );

    expect(new Set(policies)).toEqual(new Set(['Delete']));
  });

  it('stays, and cannot be deleted by mistake, with retainData', () => {
    const retaining = pipelineTemplate({ retainData: true });
    const policies = (type: string): readonly string[] =>
      resourcesOf(retaining, type).map(
        ({ id, DeletionPolicy }) => `${plainId(id)} ${DeletionPolicy}`,
      );

    expect(policies('AWS::DynamoDB::GlobalTable')).toEqual([
      'Segments Retain',
      'SegmentsLogs Retain',
      'SegmentsRegistry Retain',
      'ViewerSocketViewers Delete',
      'Rollups Retain',
    ]);
    expect(policies('AWS::Kinesis::Stream')).toEqual(['IngestStream Retain']);
    expect(policies('AWS::S3::Bucket')).toEqual(['QuarantineBucket Retain']);
  });

  it('can be recovered to a point in time, except connections', () => {
    const recoverable = resourcesOf(template, 'AWS::DynamoDB::GlobalTable')
      .filter(
        ({ Properties }) =>
          Properties.Replicas[0].PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled,
      )
      .map(({ id }) => plainId(id));

    expect(recoverable).toEqual(['Segments', 'SegmentsLogs', 'SegmentsRegistry', 'Rollups']);
  });

  it('expires: segments, rollups and connections by time, quarantine after 30 days, logs after a week', () => {
    for (const table of resourcesOf(template, 'AWS::DynamoDB::GlobalTable')) {
      const expires = ['Rollups', 'Segments', 'ViewerSocketViewers'].includes(plainId(table.id));
      expect(table.Properties.TimeToLiveSpecification).toEqual(
        expires ? { AttributeName: 'expiresAt', Enabled: true } : undefined,
      );
    }
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});

describe('APIs', () => {
  it('hold viewers to a rate', () => {
    for (const { Properties } of resourcesOf(template, 'AWS::ApiGatewayV2::Stage')) {
      expect(Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
      expect(Properties.DefaultRouteSettings.ThrottlingBurstLimit).toBeGreaterThan(0);
    }
  });

  it('route what viewers send and every path that the API answers', () => {
    const keys = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(
      ({ Properties }) => Properties.RouteKey,
    );

    expect(keys.sort()).toEqual([
      '$connect',
      '$default',
      '$disconnect',
      ...HTTP_PATHS.map((path) => `ANY ${path}`).sort(),
      'view',
    ]);
  });

  it('log no address and no query of who asks', () => {
    const [stage] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage').filter(
      ({ Properties }) => Properties.AccessLogSettings,
    );

    expect(stage?.Properties.AccessLogSettings.Format).not.toMatch(
      /identity|path|query|userAgent/i,
    );
  });

  it('answer other sites only when the configuration names them', () => {
    const named = pipelineTemplate({ allowedOrigins: ['https://soc.example.com'] });

    template.resourcePropertiesCountIs(
      'AWS::ApiGatewayV2::Api',
      { CorsConfiguration: Match.anyValue() },
      0,
    );
    named.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: { AllowOrigins: ['https://soc.example.com'], AllowMethods: ['GET'] },
    });
  });
});

describe('parameters and outputs', () => {
  it('are what deploy, the local runtime and probes rely on', () => {
    expect(Object.keys(template.findParameters('*'))).toEqual(
      expect.arrayContaining(['OperatorTokenSha256', 'SocketEndpoint']),
    );
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining([
        'StreamName',
        'SegmentsTableName',
        'LogsTableName',
        'RollupsTableName',
        'RegistryTableName',
        'QuarantineBucketName',
        'ProbePolicyArn',
        'SocketUrl',
        'ApiUrl',
      ]),
    );
  });

  it('give functions the stage’s own management endpoint unless another is named', () => {
    const [viewer] = resourcesOf(template, 'AWS::Lambda::Function').filter(
      ({ id }) => plainId(id) === 'ViewerSocketViewer',
    );
    const { SOCKET_ENDPOINT: endpoint } = viewer?.Properties.Environment.Variables ?? {};
    const [condition, own, other] = endpoint['Fn::If'];

    expect(template.toJSON()['Conditions'][condition]).toEqual({
      'Fn::Equals': [{ Ref: 'SocketEndpoint' }, ''],
    });
    expect(JSON.stringify(own)).toContain('.execute-api.');
    expect(other).toEqual({ Ref: 'SocketEndpoint' });
  });
});

describe('alarms', () => {
  it('watch every function, every stream and the quarantine', () => {
    const names = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ id }) =>
      plainId(id).replace('Observability', ''),
    );

    expect(names.sort()).toEqual([
      'FanoutErrors',
      'FanoutGaveUp',
      'FanoutIteratorAge',
      'FanoutThrottles',
      'HttpErrors',
      'HttpThrottles',
      'Quarantined',
      'RollupErrors',
      'RollupFailed',
      'RollupGaveUp',
      'RollupIteratorAge',
      'RollupMissing',
      'RollupThrottles',
      'ViewerErrors',
      'ViewerThrottles',
      'WrangleErrors',
      'WrangleGaveUp',
      'WrangleIteratorAge',
      'WrangleThrottles',
    ]);
  });

  it('are sent by e-mail when there is an address', () => {
    const mailing = pipelineTemplate({ alarmEmail: 'soc@example.com' });

    template.resourceCountIs('AWS::SNS::Topic', 0);
    mailing.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'soc@example.com',
    });
    mailing.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() });
  });
});
