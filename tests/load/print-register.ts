import type { AskFigures } from './ask.ts';
import { figuresOf } from './process-figures.ts';
import { measureBareHttp, measureRegister, measureWhileListing, tableSizes } from './register.ts';
import { startRegisterService } from './register-service.ts';

/** As much as the record of somebody with an activity. */
const BYTES_OF_AN_ANSWER = 2_200;

export async function printRegister(rows: number, seconds: number): Promise<void> {
  await using service = await startRegisterService(rows);
  console.log('\nFilled, in seconds');
  console.table(service.filled);
  const bare = await measureBareHttp(BYTES_OF_AN_ANSWER, seconds);
  const asked = await measureRegister(service, seconds);
  const listing = await measureWhileListing(service, seconds);
  console.log('\nWhat rpps-directory answers through HTTP, one after the other');
  console.table(
    Object.fromEntries([...bare, ...asked, ...listing].map((each) => [each.name, line(each, bare[0])])),
  );
  console.log(`\nResident memory of rpps-directory: ${figuresOf(service.pid).residentMb} MB`);
  console.table(await tableSizes(service));
}

function line({ perSecond, p50, p99, failed, cpuMicros }: AskFigures, bare?: AskFigures) {
  return {
    'per s': Math.round(perSecond),
    'p50 ms': round(p50),
    'p99 ms': round(p99),
    failed,
    'CPU µs each': Math.round(cpuMicros),
    'per s and core': Math.round(1_000_000 / cpuMicros),
    'CPU, bare HTTP = 1': round(cpuMicros / (bare?.cpuMicros ?? Number.NaN)),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
