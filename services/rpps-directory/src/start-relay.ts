import { queuePrefix, type RegisterEventJob, registerEventQueue } from '@psc/contracts';
import { listenTo, openRedis, type Postgres } from '@psc/datastores';
import { systemClock } from '@psc/kernel';
import { continueTrace, type Life, type Logger } from '@psc/runtime';
import { Queue } from 'bullmq';
import { createBullmqRegisterEventQueue } from '#src/adapters/register-event-queue.bullmq.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';
import { createForgetOldEvents } from '#src/use-cases/forget-old-events.ts';
import { createRelayEvents } from '#src/use-cases/relay-events.ts';
import { createTurns } from './turns.ts';

/** For a notification that was lost, and for a queue that did not answer. */
const RELAY_EVERY_MS = 15_000;
const FORGET_EVERY_MS = 60 * 60_000;

/**
 * Hands the register's events to the services that act on them: at start, when an import notifies `register`, and from
 * time to time. Every replica does so, one at a time. `life` stops it.
 */
export async function startRelay(needs: {
  readonly redisUrl: string;
  readonly postgres: Postgres;
  readonly events: RegisterEvents;
  readonly life: Life;
  readonly logger: Logger;
}): Promise<void> {
  const { postgres, events, life, logger } = needs;
  const onError = (err: Error) => logger.error({ err }, 'a datastore failed');
  const redis = await openRedis(needs.redisUrl, 'queue', onError);
  life.onStop('Redis queue', () => redis.disconnect());
  const queue = new Queue<RegisterEventJob>(registerEventQueue, { connection: redis, prefix: queuePrefix });
  queue.on('error', onError);
  life.onStop('queue', () => queue.close());

  const relay = createRelayEvents({ events, queue: createBullmqRegisterEventQueue(queue) });
  const relayAll = createTurns(() =>
    continueTrace('', 'relay register events', relay).then(
      (runs) => runs > 0 && logger.info({ runs }, 'events of the register were handed on'),
      // They stay where they are: the next turn, or another replica, hands them on.
      (err: unknown) => logger.error({ err }, 'events of the register could not be handed on'),
    ),
  );
  const forgetOld = createForgetOldEvents({ events, clock: systemClock });
  const forget = () =>
    forgetOld().then(
      (count) => logger.debug({ count }, 'old events of the register forgotten'),
      (err: unknown) => logger.error({ err }, 'old events of the register could not be forgotten'),
    );

  void forget();
  const timers = [setInterval(relayAll.next, RELAY_EVERY_MS), setInterval(forget, FORGET_EVERY_MS)];
  // Once it listens, it is called: that is the one at start.
  const stopListening = listenTo(postgres, 'register', relayAll.next);
  life.onStop('relay', async () => {
    stopListening();
    for (const timer of timers) clearInterval(timer);
    await relayAll.last();
  });
}
