import { signingAlgs } from '#src/domain/signing-key.ts';
import type { GenerateSigningKey, SigningKeys } from '#src/ports/signing-keys.ts';

/** Makes the first key of each algorithm that has none. Answers the `kid` of those it made. */
export function createEnsureSigningKeys(needs: {
  readonly keys: SigningKeys;
  readonly generate: GenerateSigningKey;
}): () => Promise<readonly string[]> {
  const { keys, generate } = needs;

  return async () => {
    const known = await keys.list();
    const made: string[] = [];
    for (const alg of signingAlgs) {
      if (known.some((key) => key.alg === alg && key.state === 'current')) continue;
      const key = await generate(alg);
      if (await keys.addFirst(key)) made.push(key.kid);
    }
    return made;
  };
}
