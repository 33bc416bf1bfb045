import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

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

export async function figuresOfRedis(redis: Redis): Promise<ProcessFigures> {
  const [cpu, memory] = [await redis.info('cpu'), await redis.info('memory')];
  const figure = (text: string, name: string) =>
    Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    cpuMs: (figure(cpu, 'used_cpu_user') + figure(cpu, 'used_cpu_sys')) * 1000,
    residentMb: Math.round(figure(memory, 'used_memory_rss') / 1024 / 1024),
  };
}

export function ownFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, residentMb: Math.round(process.memoryUsage.rss() / 1024 / 1024) };
}

/** All cores together: what is not idle, nor waiting for a disk. */
export function machineFigures(): ProcessFigures {
  const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = ticks.map(Number);
  const [total = 0, available = 0] = ['MemTotal', 'MemAvailable'].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0),
  );
  return {
    cpuMs: ((user + nice + system + irq + softirq) * 1000) / TICKS_PER_SECOND,
    residentMb: Math.round((total - available) / 1024),
  };
}
