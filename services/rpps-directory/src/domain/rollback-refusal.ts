import { type Refused, refused } from '@psc/kernel';

/** Why a rollback is refused. The register is then as it was. */
export type RollbackRefusalCode = 'import_running' | 'nothing_to_undo' | 'version_forgotten';

export interface RollbackRefused extends Refused<RollbackRefusalCode> {
  readonly sentence: string;
}

const sentences = {
  import_running: 'an import is running: wait for its end, then start again',
  nothing_to_undo: 'there is no version of this kind before the one of now: import the right file instead',
  version_forgotten:
    'what the version replaced is forgotten (the last three versions of a kind are kept): import the right file instead',
} as const satisfies Record<RollbackRefusalCode, string>;

export function refuseRollback(code: RollbackRefusalCode): RollbackRefused {
  return { ...refused(code), sentence: sentences[code] };
}
