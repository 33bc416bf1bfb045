import type { Clock } from '@psc/kernel';
import type { KeyPolicy } from '#src/domain/key-rotation.ts';
import type { ChangeKeysNeeds } from '#src/use-cases/change-signing-keys.ts';

/** What every verb of `psc keys` works with. */
export interface KeysNeeds extends ChangeKeysNeeds {
  readonly policy: KeyPolicy;
  readonly clock: Clock;
  /** Who runs it, unless `--by` says otherwise. */
  readonly operator: string;
  readonly print: (line: string) => void;
}
