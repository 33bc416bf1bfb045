#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEnvironment } from './choose-environment.ts';
import { commands, usage } from './commands.ts';
import { findRunningSandbox, findRunningSandboxes } from './running-sandbox.ts';

/** `psc <command> …`: runs the program of the service that has this command, with that service's environment. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const sandboxes = join(root, '.sandbox');
const DONE = 0;
const NOT_UNDERSTOOD = 2;

// npm and pnpm hand over the `--` that stands before a script's own arguments.
const given = process.argv.slice(process.argv[2] === '--' ? 3 : 2);
process.exitCode = await (given[0] === '--sandbox' ? run(given.slice(2), given[1] ?? '') : run(given));

/** Answers the exit code. */
async function run([name, ...args]: readonly string[], sandbox?: string): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    console.log(usage);
    return DONE;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return refuse(`there is no "psc ${name}" (psc --help)`);
  const program = join(root, 'services', command.service, 'src', command.program);
  if (!existsSync(program)) return refuse(`${command.service} has no such command here`);
  // Help needs no environment.
  if (args.includes('--help') || (args.length === 0 && command.hasVerbs))
    return execute(program, args, process.env);

  const asked = sandbox === undefined ? undefined : (findRunningSandbox(folderOf(sandbox)) ?? null);
  const chosen = chooseEnvironment(command.service, process.env, asked, findRunningSandboxes(sandboxes));
  if ('refusal' in chosen) return refuse(chosen.refusal);
  if (chosen.sandbox !== undefined) console.error(`psc: in the sandbox ${chosen.sandbox}`);
  return execute(program, args, chosen.env);
}

/** A port base, or the folder of a sandbox that keeps its files elsewhere. */
function folderOf(sandbox: string): string {
  return sandbox.includes('/') ? sandbox : join(sandboxes, sandbox);
}

async function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // A package script runs at the root; files are named from where its user stands.
  const cwd = process.env.npm_lifecycle_event === 'psc' ? process.env.INIT_CWD : undefined;
  const options = { env, stdio: 'inherit' as const, ...(cwd === undefined ? {} : { cwd }) };
  const child = spawn(process.execPath, [program, ...args], options);
  // Ctrl-C reaches the whole group: the command decides how it ends, and we end as it does.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [code, signal]: [number | null, NodeJS.Signals | null] = await once(child, 'exit').then(
    ([exitCode, exitSignal]) => [exitCode, exitSignal],
  );
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

function refuse(sentence: string): number {
  console.error(sentence);
  return NOT_UNDERSTOOD;
}
