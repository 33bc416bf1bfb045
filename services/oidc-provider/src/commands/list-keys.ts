import { exitCodes, moment, readArguments, table, UsageError } from '@psc/runtime';
import { type KeyPolicy, type KeyTimes, removedFrom, signsFrom } from '#src/domain/key-rotation.ts';
import { signingAlgs } from '#src/domain/signing-key.ts';
import type { KeysNeeds } from './keys-needs.ts';
import { common, isoTime, printJson, type Verb } from './verb.ts';

const none = { least: 0, most: 0 };
const MOST_EVENTS = 1_000;

/** `psc keys list` */
export function createListKeys(needs: KeysNeeds): Verb {
  return async (args) => {
    const { values } = readArguments(args, common, none);
    const { keys } = await needs.keys.times();
    const listed = inOrder(keys).map((key) => ({ ...key, until: endOf(key, needs.policy) }));
    if (values.json)
      return printJson(
        needs,
        listed.map(({ publishedAt, signsSince, retiredAt, until, ...key }) => ({
          ...key,
          publishedAt: isoTime(publishedAt),
          signsSince: isoTime(signsSince),
          retiredAt: isoTime(retiredAt),
          until: isoTime(until),
        })),
      );
    const rows = listed.map(({ alg, state, kid, publishedAt, signsSince, retiredAt, until }) => [
      ...[alg, state, kid],
      ...[publishedAt, signsSince, retiredAt].map(moment),
      `${promise[state]} ${moment(until)}`,
    ]);
    const headings = ['ALG', 'STATE', 'KID', 'PUBLISHED', 'SIGNS SINCE', 'RETIRED', 'THEN'];
    for (const line of table(headings, rows)) needs.print(line);
    return exitCodes.done;
  };
}

const promise = { next: 'may sign from', current: 'signs until', retired: 'removed' } as const;

/** When a key may leave the state it is in. */
function endOf(key: KeyTimes, policy: KeyPolicy): number {
  if (key.state === 'next') return signsFrom(key, policy);
  if (key.state === 'retired') return removedFrom(key, policy);
  return (key.signsSince ?? key.publishedAt) + policy.signsMs;
}

function inOrder(keys: readonly KeyTimes[]): KeyTimes[] {
  const states = ['current', 'next', 'retired'];
  const rankOf = ({ alg, state }: KeyTimes) =>
    signingAlgs.indexOf(alg) * states.length + states.indexOf(state);
  return keys.toSorted((one, other) => rankOf(one) - rankOf(other) || other.publishedAt - one.publishedAt);
}

/** `psc keys history` */
export function createKeyHistory(needs: KeysNeeds): Verb {
  return async (args) => {
    const { values } = readArguments(args, { ...common, limit: { type: 'string' } }, none);
    const limit = Number(values.limit ?? 50);
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_EVENTS))
      throw new UsageError(`--limit is a number from 1 to ${MOST_EVENTS}`);
    const events = await needs.keys.history(limit);
    if (values.json)
      return printJson(
        needs,
        events.map((event) => ({ ...event, at: isoTime(event.at) })),
      );
    const rows = events.map(({ at, operator, alg, kid, state, reason }) => [
      ...[moment(at), operator, alg, kid, state, reason],
    ]);
    for (const line of table(['WHEN', 'WHO', 'ALG', 'KID', 'BECAME', 'WHY'], rows)) needs.print(line);
    return exitCodes.done;
  };
}
