import { applicationsContract } from '#src/ports/applications.contract.ts';
import { createMemoryApplications } from './applications.memory.ts';

applicationsContract(async () => createMemoryApplications());
