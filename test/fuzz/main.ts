import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { fuzzTargets } from './targets.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '5000000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const inputs = Number(values.inputs);
const seed = Number(values.seed);
const targets = fuzzTargets().filter(
  ({ name }) =>
    values.target === undefined || name === values.target || name.startsWith(`${values.target}-`),
);
if (targets.length === 0 || !(inputs > 0) || !Number.isInteger(seed)) {
  const names = fuzzTargets().map(({ name }) => name);
  console.error(`fuzz [--inputs N] [--seed S] [--target ${names.join('|')}]`);
  process.exit(2);
}
const shares = targets.reduce((sum, { share }) => sum + share, 0);
const results = targets.map((target) => {
  const result = fuzz(target, Math.ceil((inputs * target.share) / shares), seed);
  const { throws, readsBehind, slow, perSecond } = result;
  console.log(
    `${target.name.padEnd(12)} ${String(result.inputs).padStart(9)} inputs ${String(perSecond).padStart(9)}/s, ${throws} threw, ${readsBehind} read behind their end, ${slow} too slow`,
  );
  return result;
});
console.log(JSON.stringify({ seed, results }));
process.exitCode = results.every((one) => one.throws + one.readsBehind + one.slow === 0) ? 0 : 1;
