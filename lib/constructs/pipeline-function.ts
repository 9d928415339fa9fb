import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** The functions of the pipeline: a folder of lambdas/ each. */
export const FUNCTION_NAMES = ['wrangle', 'fanout', 'rollup', 'viewer', 'http'] as const;
/** Name of a function: its folder in lambdas/. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Where a function's code comes from: bundles when deploying, a stand-in when only the template matters. */
export type FunctionCode = (name: FunctionName) => Code;

/** What differs from function to function. */
export interface PipelineFunctionProps {
  readonly name: FunctionName;
  readonly code: FunctionCode;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency?: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Node function with a log group and a role of its own, which at first may do no more than log. */
export class PipelineFunction extends LambdaFunction {
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const logs = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Skirmish ${props.name}`,
    });
    logs.grantWrite(role);
    super(scope, id, {
      code: props.code(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      description: props.description,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      logGroup: logs,
      role,
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    this.logs = logs;
    acknowledge(this, {
      'Serverless-LambdaDLQ':
        'Never invoked asynchronously: mappings have failure destinations, API Gateway waits.',
      'Serverless-LambdaTracing':
        'X-Ray needs a wildcard grant and costs per trace; batches carry their own times.',
    });
  }
}
