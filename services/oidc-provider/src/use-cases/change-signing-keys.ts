import { accepted, type Outcome } from '@psc/kernel';
import type { SigningAlg } from '#src/domain/application.ts';
import {
  dueSteps,
  firstSteps,
  type KeyPolicy,
  type KeyStep,
  removalSteps,
  rotationSteps,
} from '#src/domain/key-rotation.ts';
import type { SigningKeyState } from '#src/domain/signing-key.ts';
import type {
  GenerateSigningKey,
  KeyChange,
  KeyEntry,
  KeysAtTime,
  SigningKeys,
} from '#src/ports/signing-keys.ts';

export interface ChangeKeysNeeds {
  readonly keys: SigningKeys;
  readonly generate: GenerateSigningKey;
}

/** What became of a key, in the order in which it was done. */
export interface ChangedKey {
  readonly kid: string;
  readonly state: SigningKeyState | 'removed';
}

/** Makes the first key of each algorithm that has none to sign with. Answers the `kid` of those that sign now. */
export function createEnsureSigningKeys(needs: ChangeKeysNeeds): () => Promise<readonly string[]> {
  return async () => {
    const entry = { operator: 'migrate', reason: '' };
    const changed = await changeKeys(needs, entry, ({ keys }) => accepted(firstSteps(keys)));
    return changed.ok ? changed.value.map(({ kid }) => kid) : [];
  };
}

/** Does what is due. Any number of replicas may call it at any time: one does it, the others find it done. */
export function createAdvanceKeys(
  needs: ChangeKeysNeeds & { readonly policy: KeyPolicy },
): (entry: KeyEntry) => Promise<readonly ChangedKey[]> {
  return async (entry) => {
    // Nearly always nothing: known without waiting for anybody.
    const seen = await needs.keys.times();
    if (dueSteps(seen.keys, needs.policy, seen.now).length === 0) return [];
    const changed = await changeKeys(needs, entry, ({ keys, now }) =>
      accepted(dueSteps(keys, needs.policy, now)),
    );
    return changed.ok ? changed.value : [];
  };
}

/** Has the next key of an algorithm sign from now on. `anyway`: even if applications may not know it yet. */
export function createRotateKey(needs: ChangeKeysNeeds & { readonly policy: KeyPolicy }) {
  return (alg: SigningAlg, anyway: boolean, entry: KeyEntry) =>
    changeKeys(needs, entry, ({ keys, now }) => rotationSteps(keys, alg, needs.policy, now, anyway));
}

/** Takes a key away at once, as when it is compromised: nothing it signed is believed any more. */
export function createRemoveKey(needs: ChangeKeysNeeds) {
  return (kid: string, entry: KeyEntry) => changeKeys(needs, entry, ({ keys }) => removalSteps(keys, kid));
}

function changeKeys<Refusal extends string>(
  { keys, generate }: ChangeKeysNeeds,
  entry: KeyEntry,
  plan: (known: KeysAtTime) => Outcome<readonly KeyStep[], Refusal>,
): Promise<Outcome<readonly ChangedKey[], Refusal>> {
  return keys.change<Outcome<readonly ChangedKey[], Refusal>>(entry, async (known) => {
    const planned = plan(known);
    if (!planned.ok) return { changes: [], result: planned };
    const changes = await Promise.all(planned.value.map(toChange));
    return { changes, result: accepted(changes.map(toChanged)) };
  });

  async function toChange(step: KeyStep): Promise<KeyChange> {
    if (step.step !== 'make') return { change: step.step, kid: step.kid };
    return { change: 'add', key: { ...(await generate(step.alg)), state: step.state } };
  }
}

const becomes = { sign: 'current', retire: 'retired', remove: 'removed' } as const;

function toChanged(change: KeyChange): ChangedKey {
  if (change.change === 'add') return { kid: change.key.kid, state: change.key.state };
  return { kid: change.kid, state: becomes[change.change] };
}
