import { printable, UsageError } from '@psc/runtime';
import { createAddClient } from './add-client.ts';
import { createApplyClients } from './apply-clients.ts';
import { createListClients } from './list-clients.ts';
import { createMoveClient, createRemoveClient } from './move-client.ts';
import {
  createAddRegistrationToken,
  createListRegistrationTokens,
  createRevokeRegistrationToken,
} from './registration-tokens.ts';
import { createRotateClientSecret } from './rotate-client-secret.ts';
import { createShowClient } from './show-client.ts';
import type { ClientsNeeds, Verb } from './verb.ts';

/** Runs `clients <verb> …`. */
export function createClientsCommand(needs: ClientsNeeds): Verb {
  const verbs: ReadonlyMap<string, Verb> = new Map([
    ['list', createListClients(needs)],
    ['show', createShowClient(needs)],
    ['add', createAddClient(needs, undefined)],
    ['request', createAddClient(needs, 'requested')],
    ['approve', createMoveClient(needs, 'approved')],
    ['reinstate', createMoveClient(needs, 'approved')],
    ['suspend', createMoveClient(needs, 'suspended')],
    ['remove', createRemoveClient(needs)],
    ['rotate-secret', createRotateClientSecret(needs)],
    ['apply', createApplyClients(needs)],
    ['registration-token', createAddRegistrationToken(needs)],
    ['registration-tokens', createListRegistrationTokens(needs)],
    ['revoke-registration-token', createRevokeRegistrationToken(needs)],
  ]);

  return async ([verb = '', ...args]) => {
    const run = verbs.get(verb);
    if (!run) throw new UsageError(`there is no "psc clients ${printable(verb)}"`);
    return run(args);
  };
}
