import type { Professional } from '@psc/contracts';
import type { NationalId } from '@psc/kernel';

/** Who is this, and may they practise? */
export interface Professionals {
  /**
   * By national identifier, or by another one of theirs: an ADELI number of before leads to the person's RPPS record.
   * Who left the register is answered with status `inactive`.
   */
  find(identifier: NationalId): Promise<Professional | undefined>;
}
