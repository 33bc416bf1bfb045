import { signingKeysContract } from '#src/ports/signing-keys.contract.ts';
import { createMemorySigningKeys } from './signing-keys.memory.ts';

signingKeysContract(async () => createMemorySigningKeys(Date.now));
