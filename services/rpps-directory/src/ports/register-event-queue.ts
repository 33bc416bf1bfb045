import type { Run } from './register-events.ts';

/** The way to the services that act on events. Throws `Unavailable` when a job cannot be promised. */
export interface RegisterEventQueue {
  /** One job for each of them, all or none. The same run is queued once, however often this is called. */
  add(run: Run): Promise<void>;
}
