import { hash } from 'node:crypto';
import type { LogoutCall } from '#src/domain/logout-call.ts';
import type { LogoutCalls } from '#src/ports/logout-calls.ts';
import type { EngineStore } from './store.ts';

/** Kept among the engine's records: sealed, each under the digest of its name. */
export function createLogoutCalls(
  store: Pick<EngineStore, 'adapterFor'>,
  settings: { readonly owedSeconds: number },
): LogoutCalls {
  const records = store.adapterFor('LogoutCall');
  return {
    keep: (calls) =>
      Promise.all(
        calls.map(async (call) => {
          const callId = nameOf(call);
          await records.upsert(callId, { ...call }, settings.owedSeconds);
          return { callId, clientId: call.clientId };
        }),
      ),
    // The store answers what was kept under this name, sealed, and nothing else.
    find: async (callId) => (await records.find(callId)) as LogoutCall | undefined,
  };
}

/** The ending was drawn at random and never leaves what is sealed: nobody else makes this name. */
function nameOf({ ending, clientId }: LogoutCall): string {
  return hash('sha256', JSON.stringify([ending, clientId]), 'base64url');
}
