import { quotasContract } from './quotas.contract.ts';
import { createMemoryQuotas } from './quotas.memory.ts';

quotasContract(async () => {
  let now = 0;
  const pass = async (_name: string, milliseconds: number) => {
    now += milliseconds;
  };
  return { quotas: createMemoryQuotas(() => now), pass };
});
