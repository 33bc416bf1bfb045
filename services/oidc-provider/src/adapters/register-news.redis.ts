import { redisUnavailable } from '@psc/datastores';
import type { Redis } from 'ioredis';
import type { RegisterNews } from '#src/ports/register-news.ts';

const CHANNEL = 'psc:oidc:register-changed';

/** A message without content, to every replica. One that is lost costs the time that an answer is remembered, no more. */
export function createRedisRegisterNews(redis: Redis, subscriber: Redis): RegisterNews {
  return {
    async announce() {
      await redis.publish(CHANNEL, '').catch(redisUnavailable);
    },

    listen(heard) {
      const onMessage = (channel: string) => {
        if (channel === CHANNEL) heard();
      };
      subscriber.on('message', onMessage);
      // The connection was lost: what was said meanwhile was missed. ioredis subscribes again by itself.
      subscriber.on('ready', heard);
      subscriber.subscribe(CHANNEL).catch(() => undefined);
      return () => {
        subscriber.off('message', onMessage);
        subscriber.off('ready', heard);
      };
    },
  };
}
