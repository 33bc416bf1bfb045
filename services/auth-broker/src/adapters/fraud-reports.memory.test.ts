import { fraudReportsContract } from '#src/ports/fraud-reports.contract.ts';
import { createMemoryFraudReports } from './fraud-reports.memory.ts';

fraudReportsContract(async () => ({ fraudReports: createMemoryFraudReports(), deviceId: 'device' }));
