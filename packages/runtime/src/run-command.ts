import { userInfo } from 'node:os';
import { Unavailable } from '@psc/kernel';
import { exitCodes, RefusedError, UsageError } from './command-arguments.ts';
import { ConfigError } from './config.ts';

/** Runs `psc <name> …` to its exit code: a bug is thrown, and shows its stack. */
export async function runCommand(
  command: { readonly name: string; readonly usage: string },
  run: (args: readonly string[], print: (line: string) => void) => Promise<number>,
): Promise<number> {
  const args = process.argv.slice(2);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  if (asksForHelp(args)) {
    print(command.usage);
    return exitCodes.done;
  }
  const tell = (sentence: string) => process.stderr.write(`${sentence}\n`);
  return exitCodeOf(() => run(args, print), tell, command.name);
}

/** What an operator did wrong, or may do later, is told in one sentence; anything else is thrown. */
export async function exitCodeOf(
  run: () => Promise<number>,
  tell: (sentence: string) => void,
  name: string,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageError) {
      tell(`${error.message} (psc ${name} --help)`);
      return exitCodes.usage;
    }
    const expected =
      error instanceof RefusedError || error instanceof ConfigError || error instanceof Unavailable;
    if (!expected) throw error;
    tell(error.message);
    return exitCodes.refused;
  }
}

/** Who runs it, unless `--by` says otherwise. */
export function currentOperator(): string {
  return process.env.PSC_OPERATOR || userInfo().username;
}

/** Nothing was asked, or help. */
function asksForHelp([verb, ...args]: readonly string[]): boolean {
  return verb === undefined || ['help', '--help', '-h'].includes(verb) || args.includes('--help');
}
