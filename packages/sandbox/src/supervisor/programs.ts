import { join } from 'node:path';
import { type Child, type OnDeath, startChild, untilReady } from './child.ts';
import { root, type ServiceName } from './services.ts';

/** What runs as a process of its own, from this repository. */
export type Program = ServiceName | 'demo';

export interface Programs {
  /** Resolves when the program is ready. */
  start(program: Program): Promise<void>;
  /** Ends a program without asking (SIGKILL) or by asking (SIGTERM). It stays down until it is started again. */
  kill(program: Program, signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** What the program wrote since it was last started. */
  logs(program: Program): string;
  /** The process of a program that runs, for who measures it. Throws when it does not run. */
  pidOf(program: Program): number;
  stopAll(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

export function createPrograms(settings: {
  environmentOf: (program: Program) => Readonly<Record<string, string>>;
  /** Answers 200 when the program is ready. */
  probeOf: (program: Program) => string;
  logFolder: string;
  /** Hears of a program that ended although nobody asked, once it was ready. */
  onDeath: OnDeath | undefined;
}): Programs {
  const children = new Map<Program, Child>();
  let stopping = false;

  return {
    async start(program) {
      if (children.get(program)?.running) throw new Error(`${program} runs already`);
      if (stopping) throw new Error(`${program} was stopped before it was started`);
      const child = await startChild({
        name: program,
        command: process.execPath,
        args: [program === 'demo' ? 'packages/demo/src/main.ts' : `services/${program}/src/main.ts`],
        env: settings.environmentOf(program),
        cwd: root,
        logFile: join(settings.logFolder, `${program}.log`),
      });
      children.set(program, child);
      if (stopping) await child.stop();
      await untilReady(child, () => expectOk(settings.probeOf(program)), START_TIMEOUT_MS);
      if (settings.onDeath) child.onDeath(settings.onDeath);
    },

    async kill(program, signal) {
      const child = children.get(program);
      await (signal === 'SIGKILL' ? child?.kill() : child?.stop());
    },

    logs: (program) => children.get(program)?.logs() ?? '',

    pidOf(program) {
      const child = children.get(program);
      if (!child?.running) throw new Error(`${program} does not run`);
      return child.pid;
    },

    async stopAll() {
      stopping = true;
      await Promise.all([...children.values()].map((child) => child.stop()));
    },
  };
}

async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
