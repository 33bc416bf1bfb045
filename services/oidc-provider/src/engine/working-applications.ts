import type { Logger } from '@psc/runtime';
import { type Application, works } from '#src/domain/application.ts';

/** The applications that this provider serves, as of the moment. Any other does not exist for it. */
export interface WorkingApplications {
  get(clientId: string): Application | undefined;
  /** Of all of them (cors.ts). */
  developmentOrigins(): ReadonlySet<string>;
}

/**
 * `take` replaces them all, but our own, which are in no registry. What did not change must stay the same object, since
 * clients are built once for each.
 */
export function createWorkingApplications(
  testApplications: 'accept' | 'refuse',
  logger: Pick<Logger, 'warn'>,
  own: readonly Application[] = [],
): WorkingApplications & { take(applications: ReadonlyMap<string, Application>): void } {
  const ours = new Map(own.map((application) => [application.clientId, application]));
  let working: ReadonlyMap<string, Application> = new Map();
  let origins: ReadonlySet<string> = new Set();
  let told = '';

  return {
    get: (clientId) => ours.get(clientId) ?? working.get(clientId),
    developmentOrigins: () => origins,

    take(applications) {
      const served = new Map<string, Application>();
      const left: string[] = [];
      for (const [clientId, application] of applications) {
        if (works(application, testApplications)) served.set(clientId, application);
        else left.push(clientId);
      }
      working = served;
      origins = new Set([...served.values()].flatMap((application) => application.developmentOrigins));
      const refused = left.join(' ');
      if (refused !== told && refused !== '')
        logger.warn(
          { applications: refused },
          'applications of test do not work here: see TEST_APPLICATIONS',
        );
      told = refused;
    },
  };
}
