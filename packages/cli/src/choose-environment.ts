import type { RunningSandbox } from './running-sandbox.ts';

type Env = Readonly<Record<string, string | undefined>>;

export type ChosenEnvironment =
  | { readonly env: Env; readonly sandbox: string | undefined }
  | { readonly refusal: string };

/** Any of these, and somebody said where to act. */
const SAY_WHERE = ['DATABASE_URL', 'DATABASE_URL_FILE', 'REDIS_URL', 'REDIS_URL_FILE'];

/**
 * Where a command of this service acts. What the environment says is never mixed with a sandbox nor replaced by one, unless a
 * sandbox is named: a command meant for production must not end in a sandbox, and still less the other way round.
 */
export function chooseEnvironment(
  service: string,
  env: Env,
  /** The sandbox that was asked for by name: undefined when none was, null when it does not run. */
  asked: RunningSandbox | null | undefined,
  running: readonly RunningSandbox[],
): ChosenEnvironment {
  if (asked === null) return { refusal: 'that sandbox does not run' };
  if (asked) return inSandbox(asked);
  if (SAY_WHERE.some((name) => env[name])) return { env, sandbox: undefined };
  const [only, ...others] = running;
  if (!only)
    return {
      refusal: `no sandbox runs here (npm start), and the environment of ${service} is not set: DATABASE_URL…`,
    };
  if (others.length > 0) {
    const names = running.map(({ name }) => name).join(', ');
    return { refusal: `several sandboxes run: choose one with --sandbox <port base> (${names})` };
  }
  return inSandbox(only);

  function inSandbox({ name, environments }: RunningSandbox): ChosenEnvironment {
    const its = environments[service];
    if (!its) return { refusal: `the sandbox ${name} has no ${service}` };
    const kept = Object.entries(env).filter(([variable]) => !(variable.replace(/_FILE$/, '') in its));
    return { env: { ...Object.fromEntries(kept), ...its }, sandbox: name };
  }
}
