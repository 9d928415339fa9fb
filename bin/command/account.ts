import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { CommandError } from './command-error.ts';

/** Longest wait for a stack to go; CloudFront takes several minutes. */
const DELETE_WAIT_SECONDS = 1800;

/** Outputs of a stack by name. */
export type StackOutputs = Readonly<Record<string, string>>;

/** The stacks in the account and region that the environment names. */
export class Account {
  readonly #client = new CloudFormationClient({});
  readonly region: string;

  private constructor(region: string) {
    this.region = region;
  }

  /** Checks that there are credentials and a region; throws an error that says how to give them. */
  static async open(): Promise<Account> {
    const probe = new CloudFormationClient({});
    try {
      const region = await probe.config.region().catch((cause: unknown) => {
        throw new CommandError(
          'No AWS region is set. Set AWS_REGION (e.g. AWS_REGION=eu-central-1) or run `aws configure`.',
          { cause },
        );
      });
      await probe.config.credentials().catch((cause: unknown) => {
        throw new CommandError(
          'No AWS credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`.',
          { cause },
        );
      });
      return new Account(region);
    } finally {
      probe.destroy();
    }
  }

  /** Outputs of a stack; undefined when it does not exist. */
  async outputs(stack: string): Promise<StackOutputs | undefined> {
    try {
      const answer = await this.#client.send(new DescribeStacksCommand({ StackName: stack }));
      const outputs = answer.Stacks?.[0]?.Outputs ?? [];
      return Object.fromEntries(
        outputs.map(({ OutputKey, OutputValue }) => [OutputKey ?? '', OutputValue ?? '']),
      );
    } catch (error) {
      if ((error as Error).message.includes('does not exist')) return undefined;
      throw refused(error, `reading stack ${stack}`);
    }
  }

  /** Deletes a stack and waits until it is gone. */
  async delete(stack: string): Promise<void> {
    try {
      await this.#client.send(new DeleteStackCommand({ StackName: stack }));
      await waitUntilStackDeleteComplete(
        { client: this.#client, maxWaitTime: DELETE_WAIT_SECONDS },
        { StackName: stack },
      );
    } catch (error) {
      throw refused(error, `deleting stack ${stack}`);
    }
  }
}

function refused(error: unknown, doing: string): CommandError {
  const { name, message } = error as Error;
  return new CommandError(
    `AWS refused ${doing}: ${name}: ${message}\nCheck the credentials, the region, and the stack's events in the CloudFormation console.`,
    { cause: error },
  );
}
