import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIG_FILE, readConfig } from '../lib/config.ts';
import { ROOT } from '../lib/paths.ts';
import { STACKS } from '../lib/stack-names.ts';
import { Account, type StackOutputs } from './command/account.ts';
import { askForSensor } from './command/ask-for-sensor.ts';
import { CommandError, runCommand } from './command/command-error.ts';
import { probeLine } from './command/probe-line.ts';
import { newKey, putSensor } from './command/registry.ts';
import { run } from './command/run.ts';
import {
  parseFlags,
  SENSOR_FLAGS,
  SENSOR_HELP,
  type SensorDraft,
} from './command/sensor-options.ts';
import { STATE_FLAGS, STATE_HELP, StateFolder } from './command/state.ts';

const HELP = `Usage: npm run deploy [-- FLAGS]

Builds the page, bootstraps the CDK where needed, deploys both stacks with the credentials and the
region of the environment (AWS_PROFILE, AWS_REGION, ...), and enrols a first sensor. Run again, it
updates what is deployed and enrols a sensor only when --probe names one.
Settings are in ${CONFIG_FILE} (optional). Idle cost: about $14 a month.

${SENSOR_HELP}
  --no-sensor     enrol none
  --new-operator-token
                  make a new one: the old one stops working
${STATE_HELP}
  --help          show this`;

await runCommand(async () => {
  const flags = parseFlags({
    options: {
      ...SENSOR_FLAGS,
      ...STATE_FLAGS,
      'no-sensor': { type: 'boolean' },
      'new-operator-token': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (flags.help) return console.log(HELP);
  readConfig(join(ROOT, CONFIG_FILE));
  const account = await Account.open();
  const first = (await account.outputs(STACKS.pipeline)) === undefined;
  const enrols = !flags['no-sensor'] && (first || flags.probe !== undefined);
  const sensor = enrols ? await askForSensor(flags) : undefined;
  const state = new StateFolder(flags['state-dir']);
  const token = state.operatorToken({ renew: flags['new-operator-token'] });
  deployStacks(token, await isBootstrapped(account));
  const pipeline = await outputsOf(account, STACKS.pipeline);
  const site = await outputsOf(account, STACKS.site);
  console.log(`\nMap:      ${site['SiteUrl']}`);
  console.log(`Operator: ${site['SiteUrl']}/#operator=${token}`);
  if (sensor !== undefined)
    await enrol(sensor, state, { outputs: pipeline, region: account.region });
});

/** Whether `cdk bootstrap` was run here, as new as the templates ask for (their rule CheckBootstrapVersion). */
async function isBootstrapped(account: Account): Promise<boolean> {
  const toolkit = await account.outputs('CDKToolkit');
  return Number(toolkit?.['BootstrapVersion'] ?? 0) >= 6;
}

function deployStacks(token: string, bootstrapped: boolean): void {
  const assembly = join(ROOT, 'cdk.out');
  const cdk = (...args: readonly string[]): void => run(ROOT, 'npx', ['cdk', ...args]);
  run(ROOT, 'npm', ['run', '--silent', 'build:web']);
  cdk('synth', '--quiet', '--output', assembly);
  if (!bootstrapped) cdk('bootstrap', '--app', assembly);
  const digest = createHash('sha256').update(token).digest('hex');
  const parameter = `${STACKS.pipeline}:OperatorTokenSha256=${digest}`;
  cdk('deploy', '--all', '--app', assembly, '--parameters', parameter);
}

async function outputsOf(account: Account, stack: string): Promise<StackOutputs> {
  const outputs = await account.outputs(stack);
  if (outputs === undefined) throw new CommandError(`Stack ${stack} is not in ${account.region}.`);
  return outputs;
}

async function enrol(
  sensor: SensorDraft,
  state: StateFolder,
  deployed: { readonly outputs: StackOutputs; readonly region: string },
): Promise<void> {
  const { probe } = sensor;
  const keyFile = state.keyFile(probe);
  if (!existsSync(keyFile)) {
    const key = newKey();
    await putSensor(deployed.outputs['RegistryTableName'] ?? '', sensor, { key, replace: false });
    state.writeKey(probe, key);
  }
  console.log(`\nStart the probe (${sensor.site}) on its host, as root, with AWS credentials that`);
  console.log(`have policy ${deployed.outputs['ProbePolicyArn']}:`);
  console.log(`  ${probeLine({ ...deployed, probe, keyFile })}`);
}
