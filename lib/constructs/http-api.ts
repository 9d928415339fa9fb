import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi as GatewayHttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { HTTP_PATHS, type HttpEnvironment } from '../../lambdas/http/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import { type FunctionCode, PipelineFunction } from './pipeline-function.ts';
import type { Rollups } from './rollups.ts';
import type { Segments } from './segments.ts';

/** One access log line: no address of a viewer, no query (it may hold what someone looks at). */
const ACCESS_LOG = JSON.stringify({
  time: '$context.requestTime',
  request: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
});

/** What the API reads. */
export interface HttpApiProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  readonly segments: Segments;
  readonly rollups: Rollups;
  readonly operatorTokenSha256: string;
}

/** The HTTP API: every path of HTTP_PATHS. */
export class HttpApi extends Construct {
  readonly api: GatewayHttpApi;
  readonly http: PipelineFunction;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.http = this.#function(props);
    this.api = this.#api(props.config);
    const integration = new HttpLambdaIntegration('Http', this.http);
    for (const path of HTTP_PATHS) {
      // Any method: the function says what may be done instead, where the gateway would say that there is nothing.
      const routes = this.api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
      for (const route of routes) {
        acknowledge(route, {
          'AwsSolutions-APIG4':
            'The public audience is for everyone; the function itself asks for the operator token.',
        });
      }
    }
    this.#stage();
  }

  #function(props: HttpApiProps): PipelineFunction {
    const { config, segments, rollups } = props;
    const environment: HttpEnvironment = {
      SEGMENTS_TABLE: segments.segments.tableName,
      LOGS_TABLE: segments.logs.tableName,
      ROLLUPS_TABLE: rollups.table.tableName,
      OPERATOR_TOKEN_SHA256: props.operatorTokenSha256,
      PUBLIC_DELAY_SECONDS: String(props.config.publicDelaySeconds),
    };
    const http = new PipelineFunction(this, 'Http', {
      name: 'http',
      code: props.code,
      description: 'Answers the HTTP API',
      memoryMb: 512,
      timeoutSeconds: 15,
      reservedConcurrency: config.reservedConcurrency.http,
      environment: { ...environment },
    });
    segments.segments.grant(http, 'dynamodb:Query', 'dynamodb:GetItem');
    segments.logs.grant(http, 'dynamodb:Scan');
    rollups.table.grant(http, 'dynamodb:Query');
    return http;
  }

  #api(config: SkirmishConfig): GatewayHttpApi {
    return new GatewayHttpApi(this, 'Api', {
      description: 'Skirmish HTTP API',
      createDefaultStage: false,
      ...(config.allowedOrigins.length === 0
        ? {}
        : {
            corsPreflight: {
              allowOrigins: [...config.allowedOrigins],
              allowMethods: [CorsHttpMethod.GET],
              allowHeaders: ['authorization'],
              exposeHeaders: ['skirmish-next'],
            },
          }),
    });
  }

  #stage(): void {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
  }
}
