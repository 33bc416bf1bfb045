/** What each command is, and which program of which service does it: services keep their commands to themselves. */
export interface Command {
  readonly service: string;
  readonly program: string;
  readonly summary: string;
  /** Alone, it only says what it can do. */
  readonly hasVerbs: boolean;
}

export const commands: Readonly<Record<string, Command>> = {
  clients: {
    service: 'oidc-provider',
    program: 'clients.ts',
    summary: 'the applications that may log professionals in',
    hasVerbs: true,
  },
  keys: {
    service: 'oidc-provider',
    program: 'keys.ts',
    summary: 'the keys that sign tokens',
    hasVerbs: true,
  },
  directory: {
    service: 'rpps-directory',
    program: 'directory.ts',
    summary: 'the register of professionals: imports, versions, rollback',
    hasVerbs: true,
  },
  'dead-letters': {
    service: 'notification-worker',
    program: 'dead-letters.ts',
    summary: 'notifications, calls, messages and events of the register that failed for good',
    hasVerbs: false,
  },
};

export const usage = `psc [--sandbox <port base>] <command> …

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  .join('\n')}

  psc <command> --help says more.

Where it acts: on what the environment says (DATABASE_URL, REDIS_URL…, as the service has them). When that says nothing, on the
sandbox that runs here; --sandbox names one of several.
Exit codes: 0 done, 1 refused, 2 not understood; others belong to a command.`;
