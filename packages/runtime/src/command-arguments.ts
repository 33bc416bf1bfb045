import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What an operator typed cannot be understood: exit code 2. */
export class UsageError extends Error {}

/** What an operator asked is refused: exit code 1. */
export class RefusedError extends Error {}

export const exitCodes = { done: 0, refused: 1, usage: 2, wouldChange: 3 } as const;

/** `parseArgs` in strict mode, with `count` words that are no options. */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  words: { readonly least: number; readonly most: number },
) {
  const { values, positionals } = parse(args, options);
  if (positionals.length < words.least) throw new UsageError('something is missing');
  if (positionals.length > words.most) throw new UsageError(`too much: ${positionals[words.most]}`);
  return { values, positionals };
}

function parse<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    // Its message ends with advice about `--`, for a case that is nobody's.
    const [sentence = ''] = (error instanceof Error ? error.message : '').split('. To specify');
    throw new UsageError(sentence);
  }
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LONGEST_DAYS = 90;

/** `90s`, `30m`, `24h`, `7d`, in milliseconds. */
export function readDuration(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const seconds = Number(amount) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  if (!(seconds > 0 && seconds <= LONGEST_DAYS * UNITS.d))
    throw new UsageError(`a duration is written 90s, 30m, 24h or 7d, ${LONGEST_DAYS}d at most`);
  return seconds * 1000;
}

/** One of these words. */
export function readChoice<const Choice extends string>(
  name: string,
  text: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${name} is one of: ${choices.join(', ')}`);
  return found;
}
