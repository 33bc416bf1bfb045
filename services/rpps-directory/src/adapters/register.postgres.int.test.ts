import { randomBytes } from 'node:crypto';
import { createSeal } from '@psc/datastores';
import { openTestDatabase } from '@psc/testing/database';
import { afterAll } from 'vitest';
import { type OpenRegister, registerContract } from '#src/ports/register.contract.ts';
import { emptyRegister } from '#src/testing/empty-register.ts';
import { createPostgresContacts } from './contacts.postgres.ts';
import { createPostgresProfessionals } from './professionals.postgres.ts';
import { createPostgresRegister } from './register.postgres.ts';

const key = `k1:${randomBytes(32).toString('base64')}`;
const seal = createSeal(key);
const { postgres, close } = await openTestDatabase(new URL('../../migrations/', import.meta.url));
afterAll(close);

async function open(): Promise<OpenRegister> {
  await emptyRegister(postgres);
  return {
    ...createPostgresRegister({ postgres, seal }),
    ...createPostgresProfessionals({ postgres }),
    ...createPostgresContacts({ postgres, seal }),
  };
}

registerContract(open);
