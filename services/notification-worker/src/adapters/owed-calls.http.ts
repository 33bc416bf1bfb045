import { preparedCallSchema } from '@psc/contracts';
import type { ServiceClient } from '@psc/runtime';
import type { OwedCalls } from '#src/ports/owed-calls.ts';

/** Asks oidc-provider, who owns the applications, the sessions and the requests. */
export function createHttpOwedCalls(oidcProvider: ServiceClient): OwedCalls {
  return {
    prepare: ({ kind, callId }) =>
      oidcProvider.post(
        `/internal/application-calls/${kind}/${encodeURIComponent(callId)}`,
        undefined,
        preparedCallSchema,
      ),
  };
}
