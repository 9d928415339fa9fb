// Runs one Lambda function from its bundle in a process that ends with its parent.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, name] = process.env._HANDLER.split('.');

process.on('disconnect', () => process.exit(0));

function failure(error) {
  const known = error instanceof Error;
  return {
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? String(error.stack).split('\n') : [],
  };
}

let handler;
try {
  const module = await import(
    pathToFileURL(join(process.env.LAMBDA_TASK_ROOT, `${file}.mjs`)).href
  );
  handler = module[name];
  if (typeof handler !== 'function') throw new Error(`${file}.mjs exports no function ${name}.`);
} catch (error) {
  console.error(error);
  process.send({ type: 'init-failed', error: failure(error) }, () => process.exit(1));
}

process.on('message', async ({ id, event, context, deadline }) => {
  const full = { ...context, getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
  try {
    const result = await handler(JSON.parse(event), full);
    process.send({
      type: 'result',
      id,
      payload: JSON.stringify(result ?? null),
      rss: process.memoryUsage.rss(),
    });
  } catch (error) {
    console.error(error);
    process.send({ type: 'failed', id, error: failure(error), rss: process.memoryUsage.rss() });
  }
});
if (handler !== undefined) process.send({ type: 'ready' });
