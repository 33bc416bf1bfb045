import type { RegisterEventQueue } from '#src/ports/register-event-queue.ts';
import type { RegisterEvents } from '#src/ports/register-events.ts';

/** Hands every event that nobody was told of to the services that act on it. Answers how many runs it queued. */
export type RelayEvents = () => Promise<number>;

export function createRelayEvents(needs: {
  readonly events: Pick<RegisterEvents, 'relay'>;
  readonly queue: RegisterEventQueue;
}): RelayEvents {
  return async () => {
    let runs = 0;
    while ((await needs.events.relay((run) => needs.queue.add(run))) === 'queued') runs++;
    return runs;
  };
}
