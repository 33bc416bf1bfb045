import { parseArgs } from 'node:util';
import { portBases } from './supervisor/ports.ts';

export interface Arguments {
  readonly portBase: number;
  readonly fresh: boolean;
}

const DEFAULT_PORT_BASE = 3_000;

/** Reads `[--port-base N] [--fresh]`. Throws one sentence. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    // pnpm hands over the `--` that npm wants before a script's own arguments.
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: { 'port-base': { type: 'string' }, fresh: { type: 'boolean' } },
  });
  const portBase = Number(values['port-base'] ?? DEFAULT_PORT_BASE);
  const { least, greatest } = portBases;
  if (!Number.isInteger(portBase) || portBase < least || portBase > greatest) {
    throw new Error(`--port-base must be a whole number from ${least} to ${greatest}`);
  }
  return { portBase, fresh: values.fresh ?? false };
}
