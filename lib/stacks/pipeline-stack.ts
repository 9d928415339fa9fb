import { CfnOutput, CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SkirmishConfig } from '../config.ts';
import { FanOut } from '../constructs/fan-out.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { Ingest } from '../constructs/ingest.ts';
import { Observability } from '../constructs/observability.ts';
import type { FunctionCode } from '../constructs/pipeline-function.ts';
import { Quarantine } from '../constructs/quarantine.ts';
import { Rollups } from '../constructs/rollups.ts';
import { Segments } from '../constructs/segments.ts';
import { ViewerSocket } from '../constructs/viewer-socket.ts';

/** Settings of the pipeline. */
export interface PipelineStackProps extends StackProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
}

/** From batches in the stream to frames at the viewers: everything but the site. */
export class PipelineStack extends Stack {
  readonly segments: Segments;
  readonly quarantine: Quarantine;
  readonly ingest: Ingest;
  readonly socket: ViewerSocket;
  readonly fanOut: FanOut;
  readonly rollups: Rollups;
  readonly httpApi: HttpApi;

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, { description: 'Skirmish: packets to frames', ...props });
    const { config, code } = props;
    const operatorTokenSha256 = this.#operatorTokenSha256();
    this.segments = new Segments(this, 'Segments', { config });
    this.quarantine = new Quarantine(this, 'Quarantine', { config });
    const { segments, quarantine } = this;
    this.ingest = new Ingest(this, 'Ingest', { config, code, segments, quarantine });
    this.socket = new ViewerSocket(this, 'ViewerSocket', { config, code, operatorTokenSha256 });
    const { socket } = this;
    this.fanOut = new FanOut(this, 'FanOut', { config, code, segments, socket, quarantine });
    this.rollups = new Rollups(this, 'Rollups', { config, code, segments, quarantine });
    const { rollups } = this;
    this.httpApi = new HttpApi(this, 'HttpApi', {
      ...{ config, code, segments, rollups },
      operatorTokenSha256,
    });
    this.#observe(config);
    this.#outputs();
  }

  #operatorTokenSha256(): string {
    const parameter = new CfnParameter(this, 'OperatorTokenSha256', {
      default: '',
      allowedPattern: '^([0-9a-f]{64})?$',
      description: 'SHA-256 of the operator token, hex; empty: the operator audience is closed',
    });
    return parameter.valueAsString;
  }

  #observe(config: SkirmishConfig): void {
    const { ingest, fanOut, rollups, socket, httpApi } = this;
    new Observability(this, 'Observability', {
      config,
      functions: {
        Wrangle: ingest.wrangle,
        Fanout: fanOut.fanout,
        Rollup: rollups.rollup,
        Viewer: socket.viewer,
        Http: httpApi.http,
      },
      consumers: {
        Wrangle: {
          function: ingest.wrangle,
          mappingId: ingest.mapping.eventSourceMappingId,
          maxAgeSeconds: 60,
        },
        Fanout: {
          function: fanOut.fanout,
          mappingId: fanOut.mapping.eventSourceMappingId,
          maxAgeSeconds: 30,
        },
        Rollup: {
          function: rollups.rollup,
          mappingId: rollups.mapping.eventSourceMappingId,
          // Its batches wait a minute to begin with.
          maxAgeSeconds: 600,
        },
      },
    });
  }

  #outputs(): void {
    const outputs = {
      StreamName: this.ingest.stream.streamName,
      SegmentsTableName: this.segments.segments.tableName,
      LogsTableName: this.segments.logs.tableName,
      RollupsTableName: this.rollups.table.tableName,
      RegistryTableName: this.segments.registry.tableName,
      QuarantineBucketName: this.quarantine.bucket.bucketName,
      ProbePolicyArn: this.ingest.probePolicy.managedPolicyArn,
      SocketUrl: this.socket.stage.url,
      ApiUrl: this.httpApi.api.apiEndpoint,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
