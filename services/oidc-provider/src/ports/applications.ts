import type { Application } from '#src/domain/application.ts';

/** The applications, as an operator declares them. */
export interface Applications {
  find(clientId: string): Promise<Application | undefined>;
  /** Creates or replaces. */
  save(application: Application): Promise<void>;
}
