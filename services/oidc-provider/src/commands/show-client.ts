import { exitCodes, moment, RefusedError, readArguments, table } from '@psc/runtime';
import { stringify } from 'yaml';
import { works } from '#src/domain/application.ts';
import type { RegisteredApplication } from '#src/ports/applications.ts';
import { type ClientsNeeds, common, isoTime, printJson, unknownClient, type Verb } from './verb.ts';

/** `psc clients show`: its declaration, as a file would hold it, then its life. */
export function createShowClient(needs: ClientsNeeds): Verb {
  const { applications, print } = needs;
  return async (args) => {
    const { values, positionals } = readArguments(args, common, { least: 1, most: 1 });
    const [clientId = ''] = positionals;
    const known = await applications.find(clientId);
    if (!known) throw new RefusedError(unknownClient(clientId));
    const history = await applications.history(clientId);
    const { declaration, status, createdAt, updatedAt } = known;
    const working = works({ status, environment: declaration.psc.environment }, needs.testApplications);
    if (values.json) {
      return printJson(needs, {
        declaration,
        status,
        works: working,
        secret: secretJson(known),
        createdAt: isoTime(createdAt),
        updatedAt: isoTime(updatedAt),
        history: history.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
      });
    }
    print(stringify(declaration).trimEnd());
    print('');
    print(
      `status: ${status}${working || status !== 'approved' ? '' : ', but applications of test do not work here'}`,
    );
    print(`secret: ${describeSecret(known)}`);
    print('');
    const rows = history.map(({ at, operator, event, from, to, fields, reason }) => [
      ...[moment(at), operator, event],
      [from, to].filter((each) => each !== undefined).join(' → ') || fields.join(', '),
      reason,
    ]);
    for (const line of table(['WHEN', 'WHO', 'WHAT', 'CHANGE', 'WHY'], rows)) print(line);
    return exitCodes.done;
  };
}

function secretJson({ secretSince, formerSecret }: RegisteredApplication) {
  return secretSince === undefined
    ? null
    : { since: isoTime(secretSince), formerUntil: isoTime(formerSecret?.until) };
}

function describeSecret({ secretSince, formerSecret }: RegisteredApplication): string {
  if (secretSince === undefined) return 'none';
  const former = formerSecret ? `, the former one until ${moment(formerSecret.until)}` : '';
  return `one since ${moment(secretSince)}${former}`;
}
