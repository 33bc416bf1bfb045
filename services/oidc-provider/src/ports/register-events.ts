import type { RegisterEvent } from '@psc/contracts';

/** Events that follow each other, by their numbers. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

/** What happened in the register. Throws `Unavailable`. */
export interface RegisterEvents {
  /** In their order; none when they were forgotten. */
  read(run: Run): Promise<readonly RegisterEvent[]>;
}
