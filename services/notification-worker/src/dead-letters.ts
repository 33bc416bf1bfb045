import { parseArgs } from 'node:util';
import { openRedis } from '@psc/datastores';
import { Unavailable } from '@psc/kernel';
import { ConfigError } from '@psc/runtime';
import { readRedisUrl } from './config.ts';
import { applicationCalls } from './worker/application-calls.ts';
import { messages } from './worker/messages.ts';
import { notifications } from './worker/notifications.ts';
import { createQueueView, type QueueView } from './worker/queue-view.ts';
import { registerEvents } from './worker/register-events.ts';

const queues = [notifications.queue, applicationCalls.queue, messages.queue, registerEvents.queue];
const usage = `psc dead-letters: what failed for good: notifications, calls, messages, events of the register

  list                    newest first, one JSON object a line; also without a word
    --queue <queue>       of one queue: ${queues.join(', ')}
    --limit <number>      100 unless said otherwise, 1000 at most
  retry <queue> <id>…     gives some of them all their attempts again

Exit codes: 0 done, 1 refused, 2 not understood`;
const MOST_LETTERS = 1_000;
const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

/** What an operator typed cannot be understood. */
class UsageError extends Error {}

/** `psc dead-letters …`, or `node services/notification-worker/src/dead-letters.ts …` where only this service is. */
process.exitCode = await run(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) return fail(`${error.message} (psc dead-letters --help)`, exitCodes.usage);
  if (error instanceof ConfigError || error instanceof Unavailable)
    return fail(error.message, exitCodes.refused);
  throw error;
});

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [verb = 'list', ...words] = positionals;
  if (values.help || verb === 'help') {
    console.log(usage);
    return exitCodes.done;
  }
  const act = verb === 'list' ? prepareList(words, values) : prepareRetry(verb, words);

  const redis = await openRedis(readRedisUrl(process.env), 'queue', () => undefined);
  const views = new Map([
    [notifications.queue, createQueueView(redis, notifications)],
    [applicationCalls.queue, createQueueView(redis, applicationCalls)],
    [registerEvents.queue, createQueueView(redis, registerEvents)],
    [messages.queue, createQueueView(redis, messages)],
  ]);
  try {
    return await act(views);
  } finally {
    for (const view of views.values()) await view.close();
    redis.disconnect();
  }
}

type Act = (views: ReadonlyMap<string, QueueView>) => Promise<number>;

function prepareList(words: readonly string[], { queue, limit: asked = '100' }: Options): Act {
  const limit = Number(asked);
  if (words.length > 0) throw new UsageError(`too much: ${words[0]}`);
  if (queue !== undefined) checkQueue(queue);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_LETTERS))
    throw new UsageError(`--limit is a number from 1 to ${MOST_LETTERS}`);

  return async (views) => {
    const chosen = [...views].filter(([name]) => queue === undefined || name === queue);
    const letters = (await Promise.all(chosen.map(([, view]) => view.deadLetters(limit)))).flat();
    letters.sort((one, other) => other.failedAt.getTime() - one.failedAt.getTime());
    for (const { job, ...letter } of letters.slice(0, limit))
      console.log(JSON.stringify({ ...letter, ...job }));
    return exitCodes.done;
  };
}

function prepareRetry(verb: string, [queue = '', ...ids]: readonly string[]): Act {
  if (verb !== 'retry') throw new UsageError(`there is no "psc dead-letters ${verb}"`);
  checkQueue(queue);
  if (ids.length === 0) throw new UsageError('which ones? retry <queue> <id>…');

  return async (views) => {
    let code: number = exitCodes.done;
    for (const id of ids) {
      if (await views.get(queue)?.retry(id)) console.log(`${id}: queued again`);
      else code = fail(`${id}: no such dead letter`, exitCodes.refused);
    }
    return code;
  };
}

function checkQueue(name: string): void {
  if (!queues.includes(name)) throw new UsageError(`the queues are ${queues.join(', ')}`);
}

type Options = ReturnType<typeof readArguments>['values'];

function readArguments(args: readonly string[]) {
  const options = {
    queue: { type: 'string' },
    limit: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // Its message ends with advice about `--`, for a case that is nobody's.
    const [sentence = ''] = (error instanceof Error ? error.message : '').split('. To specify');
    throw new UsageError(sentence);
  }
}

function fail(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}
