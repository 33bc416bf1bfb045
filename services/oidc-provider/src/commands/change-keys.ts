import {
  exitCodes,
  moment,
  printable,
  RefusedError,
  readArguments,
  readChoice,
  UsageError,
} from '@psc/runtime';
import type { SigningAlg } from '#src/domain/application.ts';
import { type KeyPolicy, signsFrom } from '#src/domain/key-rotation.ts';
import { signingAlgs } from '#src/domain/signing-key.ts';
import type { KeyEntry, KeysAtTime } from '#src/ports/signing-keys.ts';
import {
  type ChangedKey,
  createAdvanceKeys,
  createRemoveKey,
  createRotateKey,
} from '#src/use-cases/change-signing-keys.ts';
import type { KeysNeeds } from './keys-needs.ts';
import { common, printJson, signatureOf, type Verb } from './verb.ts';

const none = { least: 0, most: 0 };
const oneKey = { least: 1, most: 1 };

/** `psc keys advance` */
export function createAdvance(needs: KeysNeeds): Verb {
  const advance = createAdvanceKeys(needs);
  return async (args) => {
    const { values } = readArguments(args, common, none);
    const changed = await advance(entryOf(values, needs));
    return report(needs, changed, values.json);
  };
}

/** `psc keys rotate` */
export function createRotate(needs: KeysNeeds): Verb {
  return async (args) => {
    const options = { ...common, alg: { type: 'string' }, now: { type: 'boolean' } } as const;
    const { values } = readArguments(args, options, none);
    const alg = readChoice('--alg', values.alg, signingAlgs);
    if (values.now && !values.reason) throw new UsageError('say why: --reason <text>');
    const algs = alg ? [alg] : signingAlgs;
    // All of them or none: one that is not ready would leave the others rotated.
    if (!values.now) checkReady(await needs.keys.times(), algs, needs.policy);
    const changed: ChangedKey[] = [];
    for (const each of algs)
      changed.push(...(await rotate(needs, each, values.now === true, entryOf(values, needs))));
    return report(needs, changed, values.json);
  };
}

/** `psc keys retire` */
export function createRetire(needs: KeysNeeds): Verb {
  const remove = createRemoveKey(needs);
  return async (args) => {
    const { values, positionals } = readArguments(args, common, oneKey);
    const [kid = ''] = positionals;
    const known = await needs.keys.times();
    const key = known.keys.find((each) => each.kid === kid);
    if (!key) throw new RefusedError(unknownKey(kid));
    if (key.state === 'retired') throw new RefusedError(`${kid} is retired already`);
    const entry = entryOf(values, needs);
    if (key.state === 'current') {
      checkReady(known, [key.alg], needs.policy);
      return report(needs, await rotate(needs, key.alg, false, entry), values.json);
    }
    // It never signed: nobody misses it.
    const removed = await remove(kid, entry);
    if (!removed.ok) throw new RefusedError(unknownKey(kid));
    return report(needs, removed.value, values.json);
  };
}

/** `psc keys remove` */
export function createRemove(needs: KeysNeeds): Verb {
  const remove = createRemoveKey(needs);
  return async (args) => {
    const { values, positionals } = readArguments(args, common, oneKey);
    const [kid = ''] = positionals;
    if (!values.reason) throw new UsageError('say why: --reason <text>');
    const removed = await remove(kid, entryOf(values, needs));
    if (!removed.ok) throw new RefusedError(unknownKey(kid));
    return report(needs, removed.value, values.json);
  };
}

async function rotate(needs: KeysNeeds, alg: SigningAlg, anyway: boolean, entry: KeyEntry) {
  const rotated = await createRotateKey(needs)(alg, anyway, entry);
  if (!rotated.ok) throw new RefusedError(`the next ${alg} key is not ready`);
  return rotated.value;
}

function checkReady({ keys, now }: KeysAtTime, algs: readonly SigningAlg[], policy: KeyPolicy): void {
  for (const alg of algs) {
    const next = keys.find((key) => key.alg === alg && key.state === 'next');
    if (!next) throw new RefusedError(`there is no next ${alg} key yet: psc keys advance makes one`);
    if (signsFrom(next, policy) > now)
      throw new RefusedError(
        `the next ${alg} key may sign from ${moment(signsFrom(next, policy))}: until then some application may not know it (--now does it all the same)`,
      );
  }
}

function entryOf(values: Parameters<typeof signatureOf>[0], needs: KeysNeeds): KeyEntry {
  const { operator, reason } = signatureOf(values, needs);
  return { operator, reason };
}

function report(needs: KeysNeeds, changed: readonly ChangedKey[], json: boolean | undefined): number {
  if (json) return printJson(needs, changed);
  if (changed.length === 0) needs.print('nothing is due');
  for (const { kid, state } of changed) needs.print(`${kid}: ${state}`);
  return exitCodes.done;
}

function unknownKey(kid: string): string {
  return `there is no key ${printable(kid)}`;
}
