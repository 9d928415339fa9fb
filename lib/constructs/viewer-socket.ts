import { CfnCondition, CfnParameter, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { WebSocketApi, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ViewerEnvironment } from '../../lambdas/viewer/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { acknowledge, wildcardResource } from './acknowledge.ts';
import { type FunctionCode, PipelineFunction } from './pipeline-function.ts';

/** What the socket needs from outside. */
export interface ViewerSocketProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  readonly operatorTokenSha256: string;
}

/** The WebSocket API that viewers connect to, the function behind its routes, and the table of connections. */
export class ViewerSocket extends Construct {
  /**
   * Access patterns: viewer puts, updates and deletes one connection (`bucket`, `connection`); fan-out reads every
   * bucket (Query, 8 in parallel) and deletes connections that are gone. Items expire by `expiresAt`.
   */
  readonly viewers: TableV2;
  readonly api: WebSocketApi;
  readonly stage: WebSocketStage;
  readonly viewer: PipelineFunction;
  /** URL that functions post to connections at. */
  readonly managementEndpoint: string;

  constructor(scope: Construct, id: string, props: ViewerSocketProps) {
    super(scope, id);
    this.viewers = this.#table();
    this.api = new WebSocketApi(this, 'Api', {
      description: 'Skirmish live frames',
      routeSelectionExpression: '$request.body.action',
    });
    this.stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
      stageName: 'live',
      autoDeploy: true,
      // Connects and views only; frames go out through the management API and are not held back by this.
      throttle: { rateLimit: 200, burstLimit: 500 },
    });
    this.managementEndpoint = this.#managementEndpoint();
    this.viewer = this.#viewer(props);
    this.#routes();
    this.#acknowledge();
  }

  /** Lets a function post to connections of this stage, and look at or close none of another. */
  grantPost(poster: PipelineFunction): void {
    this.stage.grantManagementApiAccess(poster);
    acknowledge(poster.role as IRole, {
      [wildcardResource(
        this.api,
        (id) =>
          `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${id}>/live/*/@connections/*`,
      )]: 'Connection ids are made while running.',
    });
  }

  #table(): TableV2 {
    return new TableV2(this, 'Viewers', {
      billing: Billing.onDemand(),
      removalPolicy: RemovalPolicy.DESTROY,
      partitionKey: { name: 'bucket', type: AttributeType.STRING },
      sortKey: { name: 'connection', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
  }

  /** An emulator answers at another address than the stage's own: the parameter says which. */
  #managementEndpoint(): string {
    const parameter = new CfnParameter(this, 'SocketEndpoint', {
      default: '',
      description: 'Management endpoint of the WebSocket API; empty: the one that AWS gives it',
    });
    parameter.overrideLogicalId('SocketEndpoint');
    const own = new CfnCondition(this, 'OwnEndpoint', {
      expression: Fn.conditionEquals(parameter.valueAsString, ''),
    });
    const { logicalId } = own;
    return Fn.conditionIf(logicalId, this.stage.callbackUrl, parameter.valueAsString).toString();
  }

  #viewer(props: ViewerSocketProps): PipelineFunction {
    const { config } = props;
    const environment: ViewerEnvironment = {
      VIEWERS_TABLE: this.viewers.tableName,
      SOCKET_ENDPOINT: this.managementEndpoint,
      OPERATOR_TOKEN_SHA256: props.operatorTokenSha256,
      TICK_MS: String(config.tickMs),
      ALLOWED_ORIGINS: config.allowedOrigins.join(','),
      PUBLIC_DELAY_SECONDS: String(config.publicDelaySeconds),
    };
    const viewer = new PipelineFunction(this, 'Viewer', {
      name: 'viewer',
      code: props.code,
      description: 'Answers connects, disconnects and messages of viewers',
      memoryMb: 256,
      timeoutSeconds: 10,
      reservedConcurrency: config.reservedConcurrency.viewer,
      environment: { ...environment },
    });
    this.viewers.grant(viewer, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
    this.grantPost(viewer);
    return viewer;
  }

  #routes(): void {
    for (const [id, key] of [
      ['OnConnect', '$connect'],
      ['OnDisconnect', '$disconnect'],
      ['OnView', 'view'],
      ['OnDefault', '$default'],
    ] as const) {
      this.api.addRoute(key, { integration: new WebSocketLambdaIntegration(id, this.viewer) });
    }
  }

  #acknowledge(): void {
    acknowledge(this.viewers, {
      'AwsSolutions-DDB3':
        'A connection lives two hours at most and its viewer connects again: nothing to recover.',
    });
    acknowledge(this.api, {
      'AwsSolutions-APIG4':
        'The public audience is for everyone; the function itself asks for the operator token.',
    });
    const unlogged =
      'Access logs of a WebSocket API need an account-wide role, which is not ours to set; the function logs.';
    acknowledge(this.stage, {
      'AwsSolutions-APIG1': unlogged,
      'Serverless-APIGWAccessLogging': unlogged,
    });
  }
}
