import { exitCodes, RefusedError, readArguments, UsageError } from '@psc/runtime';
import type { ApplicationStatus } from '#src/domain/application.ts';
import { createChangeStatus } from '#src/use-cases/change-status.ts';
import { createRemoveApplication } from '#src/use-cases/remove-application.ts';
import { type ClientsNeeds, common, printJson, signatureOf, unknownClient, type Verb } from './verb.ts';

/** `psc clients approve`, `reinstate` and `suspend`. */
export function createMoveClient(needs: ClientsNeeds, to: ApplicationStatus): Verb {
  const changeStatus = createChangeStatus(needs);
  return async (args) => {
    const { values, positionals } = readArguments(args, common, { least: 1, most: 1 });
    const [clientId = ''] = positionals;
    if (to === 'suspended' && !values.reason) throw new UsageError('say why: --reason <text>');
    const moved = await changeStatus(clientId, to, signatureOf(values, needs));
    if (!moved.ok) {
      const sentences = {
        unknown: unknownClient(clientId),
        already: `${clientId} is ${to} already`,
        impossible: `${clientId} is not approved: only an approved application can be suspended`,
      };
      throw new RefusedError(sentences[moved.refusal]);
    }
    if (values.json) return printJson(needs, { clientId, from: moved.value, to });
    needs.print(`${clientId}: ${moved.value} → ${to}`);
    return exitCodes.done;
  };
}

/** `psc clients remove` */
export function createRemoveClient(needs: ClientsNeeds): Verb {
  const remove = createRemoveApplication(needs);
  return async (args) => {
    const { values, positionals } = readArguments(args, common, { least: 1, most: 1 });
    const [clientId = ''] = positionals;
    const removed = await remove(clientId, signatureOf(values, needs));
    if (!removed.ok) {
      throw new RefusedError(
        removed.refusal === 'unknown'
          ? unknownClient(clientId)
          : `${clientId} was approved once: suspend it instead, so that what it did stays known`,
      );
    }
    if (values.json) return printJson(needs, { clientId, removed: true });
    needs.print(`${clientId}: removed`);
    return exitCodes.done;
  };
}
