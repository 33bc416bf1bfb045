import { endpoints } from '#src/engine/endpoints.ts';
import type { Answer, Replica } from './replica.ts';

export interface Race {
  readonly replicas: readonly Replica[];
  readonly rounds: number;
  /** At once, at each replica: one, unless said otherwise. */
  readonly presentations?: number;
  readonly clientId?: string;
  /** The token request of one round: with something new to redeem. */
  prepare(round: number): Promise<Readonly<Record<string, string>>>;
  /** What the one answer that succeeded must be good for. */
  verify(tokens: Answer['json'], round: number): Promise<void>;
}

/** How often so many of the requests of a round succeeded, and what the others were told. */
export interface Outcome {
  readonly successes: Readonly<Record<number, number>>;
  readonly refusals: Readonly<Record<string, number>>;
}

/** Rounds at the same time: as many as a few hundred rounds need to end soon, few enough for each to be a race. */
export const AT_ONCE = 6;

/**
 * Redeems the same thing at every replica at once, round after round. Fails when the tokens of a
 * winner do not work.
 */
export async function race(options: Race): Promise<Outcome> {
  const { replicas, rounds, presentations = 1, clientId = 'dossier' } = options;
  const successes: Record<number, number> = {};
  const refusals: Record<string, number> = {};

  async function run(round: number): Promise<void> {
    const form = await options.prepare(round);
    const presented = replicas.flatMap((replica) =>
      Array.from({ length: presentations }, () => replica.call(endpoints.token, form, { clientId })),
    );
    const answers = await Promise.all(presented);
    const winners = answers.filter(({ status }) => status === 200);
    successes[winners.length] = (successes[winners.length] ?? 0) + 1;
    for (const { status, json } of answers.filter((answer) => !winners.includes(answer))) {
      const refusal = `${status} ${json?.error}`;
      refusals[refusal] = (refusals[refusal] ?? 0) + 1;
    }
    for (const { json } of winners) await options.verify(json, round);
  }

  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < rounds) await run(next++);
    }),
  );
  return { successes, refusals };
}
