import { openRedis } from '@psc/datastores';
import { readRedisUrl } from './config.ts';
import { createQueueView } from './worker/queue-view.ts';

/** Prints the notifications that failed for good, newest first, one JSON object a line. The argument says how many. */
const limit = Math.min(1_000, Math.max(1, Number(process.argv[2] ?? 100) || 100));
const redis = await openRedis(readRedisUrl(process.env), 'queue', () => undefined);
const queue = createQueueView(redis);
for (const letter of await queue.deadLetters(limit)) console.log(JSON.stringify(letter));
await queue.close();
redis.disconnect();
