import type { Redis } from 'ioredis';

const BATCH = 500;

/**
 * Forgets everything that is short-lived: sessions, approvals, codes, limits. The queue is left to its worker, which
 * drops the notifications of approvals that are no more. Other keys of this Redis are not ours.
 */
export async function forgetPending(redis: Redis): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', 'psc:*', 'COUNT', BATCH);
    if (keys.length > 0) await redis.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
}
