import { Gauge, type Logger, type Registry as Metrics } from '@psc/runtime';
import type { SigningKeys } from '#src/ports/signing-keys.ts';
import type { createAdvanceKeys } from '#src/use-cases/change-signing-keys.ts';

/** Does what is due of the signing keys, now and again; every replica does so, and one of them acts. */
export function startKeySchedule(needs: {
  readonly advance: ReturnType<typeof createAdvanceKeys>;
  readonly everyMs: number;
  readonly logger: Logger;
}): { stop(): Promise<void> } {
  const { advance, logger } = needs;
  let running: Promise<void> = Promise.resolve();

  async function check(): Promise<void> {
    try {
      for (const { kid, state } of await advance({ operator: 'schedule', reason: '' }))
        logger.info({ kid, state }, 'a signing key changed');
    } catch (error) {
      // The keys that there are go on signing: the next check, or another replica, does it.
      logger.error({ err: error }, 'the signing keys were not checked');
    }
  }

  const next = () => {
    running = running.then(check);
  };
  next();
  const timer = setInterval(next, needs.everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** So that somebody hears of a rotation that does not come: a current key that is older than it should ever be. */
export function measureSigningKeys(keys: Pick<SigningKeys, 'times'>, registers: Metrics[]): void {
  new Gauge({
    name: 'signing_key_age_seconds',
    help: 'How long ago a signing key entered the state it is in (next, current, retired), by algorithm; the oldest of each',
    labelNames: ['alg', 'state'],
    registers,
    async collect() {
      // The other metrics are worth reading while PostgreSQL is away.
      const known = await keys.times().catch(() => undefined);
      this.reset();
      if (!known) return;
      const ages = known.keys.map(({ alg, state, publishedAt, signsSince, retiredAt }) => ({
        labels: { alg, state },
        age: Math.max(0, known.now - (retiredAt ?? signsSince ?? publishedAt)) / 1000,
      }));
      // The oldest is set last.
      for (const { labels, age } of ages.toSorted((one, other) => one.age - other.age)) this.set(labels, age);
    },
  });
}
