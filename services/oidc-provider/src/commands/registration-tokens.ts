import {
  exitCodes,
  moment,
  printable,
  RefusedError,
  readArguments,
  readDuration,
  table,
  UsageError,
} from '@psc/runtime';
import { type ClientsNeeds, common, isoTime, printJson, signatureOf, type Verb } from './verb.ts';

const NAME = /^[\w.@-]{1,64}$/;
const MOST = 10_000;

/** `psc clients registration-token`: lets somebody register applications by themselves (RFC 7591), to be approved. */
export function createAddRegistrationToken(needs: ClientsNeeds): Verb {
  const { applications, inventSecret, digestOfToken, print } = needs;
  return async (args) => {
    const options = { ...common, applications: { type: 'string' }, expires: { type: 'string' } } as const;
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 });
    const [name = ''] = positionals;
    if (!NAME.test(name)) throw new UsageError('a token is named with letters, digits and .@_-');
    const most = Number(values.applications ?? 1);
    if (!Number.isInteger(most) || most < 1 || most > MOST)
      throw new UsageError(`--applications is a number from 1 to ${MOST}`);
    const signature = signatureOf(values, needs);
    const expiresAt = signature.at + readDuration(values.expires ?? '7d');
    const token = inventSecret();
    const made = { name, digest: digestOfToken(token), most, expiresAt };
    const added = await applications.change((changing) => changing.addRegistrationToken(made, signature));
    if (!added) throw new RefusedError(`there is a registration token ${name} already`);
    if (values.json) return printJson(needs, { name, token, most, expiresAt: isoTime(expiresAt) });
    print(
      `${name}: lets ${most === 1 ? 'one application' : `${most} applications`} be requested until ${moment(expiresAt)}`,
    );
    print(`  token, shown only now: ${token}`);
    return exitCodes.done;
  };
}

/** `psc clients registration-tokens` */
export function createListRegistrationTokens(needs: ClientsNeeds): Verb {
  return async (args) => {
    const { values } = readArguments(args, common, { least: 0, most: 0 });
    const tokens = await needs.applications.registrationTokens();
    if (values.json)
      return printJson(
        needs,
        tokens.map((token) => ({ ...token, expiresAt: isoTime(token.expiresAt) })),
      );
    if (tokens.length === 0) needs.print('no registration token');
    const rows = tokens.map(({ name, used, most, expiresAt, operator }) => [
      ...[name, `${used} of ${most}`, moment(expiresAt), operator],
    ]);
    if (rows.length > 0)
      for (const line of table(['NAME', 'USED', 'UNTIL', 'MADE BY'], rows)) needs.print(line);
    return exitCodes.done;
  };
}

/** `psc clients revoke-registration-token` */
export function createRevokeRegistrationToken(needs: ClientsNeeds): Verb {
  return async (args) => {
    const { values, positionals } = readArguments(args, common, { least: 1, most: 1 });
    const [name = ''] = positionals;
    const removed = await needs.applications.change((changing) => changing.removeRegistrationToken(name));
    if (!removed) throw new RefusedError(`there is no registration token ${printable(name)}`);
    if (values.json) return printJson(needs, { name, revoked: true });
    needs.print(`${name}: revoked; what it let be requested stays`);
    return exitCodes.done;
  };
}
