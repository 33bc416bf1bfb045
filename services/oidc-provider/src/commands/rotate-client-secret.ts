import { exitCodes, moment, RefusedError, readArguments, readDuration } from '@psc/runtime';
import { createRotateSecret } from '#src/use-cases/rotate-secret.ts';
import {
  type ClientsNeeds,
  common,
  isoTime,
  printJson,
  signatureOf,
  unknownClient,
  type Verb,
} from './verb.ts';

/** `psc clients rotate-secret` */
export function createRotateClientSecret(needs: ClientsNeeds): Verb {
  const { print } = needs;
  const rotateSecret = createRotateSecret(needs);
  return async (args) => {
    const options = { ...common, grace: { type: 'string' } } as const;
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 });
    const [clientId = ''] = positionals;
    const graceMs = values.grace === undefined ? 0 : readDuration(values.grace);
    const rotated = await rotateSecret(clientId, graceMs, signatureOf(values, needs));
    if (!rotated.ok) {
      throw new RefusedError(
        rotated.refusal === 'unknown'
          ? unknownClient(clientId)
          : `${clientId} proves who it is without a secret`,
      );
    }
    const { secret, formerUntil } = rotated.value;
    if (values.json)
      return printJson(needs, { clientId, client_secret: secret, formerSecretUntil: isoTime(formerUntil) });
    print(`${clientId}: secret rotated`);
    print(`  client_secret, shown only now: ${secret}`);
    print(
      formerUntil === undefined
        ? '  the former one does not work any more'
        : `  the former one works until ${moment(formerUntil)}`,
    );
    return exitCodes.done;
  };
}
