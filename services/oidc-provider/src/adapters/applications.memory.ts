import type { Application } from '#src/domain/application.ts';
import type { Applications } from '#src/ports/applications.ts';

export function createMemoryApplications(): Applications {
  const kept = new Map<string, Application>();
  return {
    find: async (clientId) => structuredClone(kept.get(clientId)),
    async save(application) {
      kept.set(application.clientId, structuredClone(application));
    },
  };
}
