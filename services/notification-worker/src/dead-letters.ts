import { parseArgs } from 'node:util';
import { openRedis } from '@psc/datastores';
import { readRedisUrl } from './config.ts';
import { applicationCalls } from './worker/application-calls.ts';
import { notifications } from './worker/notifications.ts';
import { createQueueView } from './worker/queue-view.ts';

const USAGE = `usage: dead-letters.ts [list] [--queue <queue>] [--limit <number>]
       dead-letters.ts retry <queue> <id>…
queues: ${notifications.queue}, ${applicationCalls.queue}`;

/** What failed for good, newest first, one JSON object a line; `retry` gives some of it all its attempts again. */
const { values, positionals } = readArguments();
const [command = 'list', queueName = values.queue, ...ids] = positionals;

const redis = await openRedis(readRedisUrl(process.env), 'queue', () => undefined);
const queues = new Map([
  [notifications.queue, createQueueView(redis, notifications)],
  [applicationCalls.queue, createQueueView(redis, applicationCalls)],
]);
const named = queues.get(queueName ?? '');
try {
  if (command === 'list' && positionals.length < 2 && (named || queueName === undefined))
    await list(named ? [named] : [...queues.values()]);
  else if (command === 'retry' && named && ids.length > 0) for (const id of ids) await retry(named, id);
  else refuse(USAGE);
} finally {
  for (const queue of queues.values()) await queue.close();
  redis.disconnect();
}

async function list(views: readonly ReturnType<typeof createQueueView>[]): Promise<void> {
  const limit = Math.min(1_000, Math.max(1, Number(values.limit) || 100));
  const letters = (await Promise.all(views.map((view) => view.deadLetters(limit)))).flat();
  letters.sort((one, other) => other.failedAt.getTime() - one.failedAt.getTime());
  for (const { job, ...letter } of letters.slice(0, limit))
    console.log(JSON.stringify({ ...letter, ...job }));
}

async function retry(view: ReturnType<typeof createQueueView>, id: string): Promise<void> {
  if (await view.retry(id)) console.log(`${id}: queued again`);
  else refuse(`${id}: no such dead letter`);
}

function readArguments() {
  try {
    const options = { queue: { type: 'string' }, limit: { type: 'string' } } as const;
    return parseArgs({ allowPositionals: true, options });
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

function refuse(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
