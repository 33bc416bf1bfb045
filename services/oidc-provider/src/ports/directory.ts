import type { Professional } from '#src/domain/professional.ts';

/** The register. */
export interface Directory {
  /** Undefined when nobody has this identifier. Throws `Unavailable`. */
  find(nationalId: string): Promise<Professional | undefined>;
}
