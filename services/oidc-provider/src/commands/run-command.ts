import { userInfo } from 'node:os';
import { Unavailable } from '@psc/kernel';
import { ConfigError } from '@psc/runtime';
import { exitCodes, RefusedError, UsageError } from './arguments.ts';

/** Runs `psc <name> …`: what an operator did wrong, or may do later, is one sentence; anything else is a bug, with its stack. */
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
  try {
    return await run(args, print);
  } catch (error) {
    if (error instanceof UsageError)
      return fail(`${error.message} (psc ${command.name} --help)`, exitCodes.usage);
    const expected =
      error instanceof RefusedError || error instanceof ConfigError || error instanceof Unavailable;
    if (!expected) throw error;
    return fail(error.message, exitCodes.refused);
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

function fail(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}
