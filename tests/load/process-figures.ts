import { readFileSync } from 'node:fs';

/** What Linux counted for a process so far. */
export interface ProcessFigures {
  readonly cpuMs: number;
  readonly residentMb: number;
}

const TICKS_PER_SECOND = 100;

export function figuresOf(pid: number): ProcessFigures {
  // The second field is the program's name in brackets and may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return {
    cpuMs: ((userTicks + systemTicks) * 1000) / TICKS_PER_SECOND,
    residentMb: Math.round(Number(kilobytes) / 1024),
  };
}
