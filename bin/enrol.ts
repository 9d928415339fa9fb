import { STACKS } from '../lib/stack-names.ts';
import { Account } from './command/account.ts';
import { CommandError, runCommand } from './command/command-error.ts';
import { probeLine } from './command/probe-line.ts';
import { newKey, putSensor } from './command/registry.ts';
import { parseFlags, parseSensor, SENSOR_FLAGS, SENSOR_HELP } from './command/sensor-options.ts';
import { STATE_FLAGS, STATE_HELP, StateFolder } from './command/state.ts';

const HELP = `Usage: npm run enrol -- --probe ID --site LABEL --lat N --lon N --home CIDR

Registers a sensor with the deployed pipeline and writes its key file.

${SENSOR_HELP}
  --replace       give a probe that is enrolled already a new key
${STATE_HELP}
  --help          show this`;

await runCommand(async () => {
  const flags = parseFlags({
    options: {
      ...SENSOR_FLAGS,
      ...STATE_FLAGS,
      replace: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (flags.help) return console.log(HELP);
  const sensor = parseSensor(flags);
  const account = await Account.open();
  const outputs = await account.outputs(STACKS.pipeline);
  if (outputs === undefined) {
    throw new CommandError(
      `Stack ${STACKS.pipeline} is not in ${account.region}. Run \`npm run deploy\` first, or set AWS_REGION.`,
    );
  }
  const key = newKey();
  await putSensor(outputs['RegistryTableName'] ?? '', sensor, {
    key,
    replace: flags.replace ?? false,
  });
  const keyFile = new StateFolder(flags['state-dir']).writeKey(sensor.probe, key);
  console.log(
    `Enrolled ${sensor.probe} (${sensor.site}). Start it on its host, with its key file:`,
  );
  console.log(`  ${probeLine({ outputs, region: account.region, probe: sensor.probe, keyFile })}`);
});
