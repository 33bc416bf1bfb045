import { exitCodes, moment, printable, RefusedError, readArguments, table, UsageError } from '@psc/runtime';
import { digestOfKey, inventKey } from '#src/fhir/access/key-digest.ts';
import { type DirectoryNeeds, flag, readOperator, text, type Verb, whoActs } from './verb.ts';

const LONGEST_NAME = 100;
const LONGEST_KEY = 200;

/** `psc directory api-keys` */
export function createApiKeysVerb(needs: DirectoryNeeds): Verb {
  const verbs: ReadonlyMap<string, Verb> = new Map([
    ['add', add],
    ['list', list],
    ['revoke', revoke],
  ]);
  return async ([verb = '', ...args]) => {
    const run = verbs.get(verb);
    if (!run) throw new UsageError(`there is no "psc directory api-keys ${printable(verb)}"`);
    return run(args);
  };

  async function add(args: readonly string[]): Promise<number> {
    const options = { ...whoActs, key: text, 'if-missing': flag } as const;
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 });
    const name = readName(positionals[0]);
    const key = values.key === undefined ? inventKey() : readKey(values.key);
    const added = await needs.apiKeys.add({
      name,
      digest: digestOfKey(key),
      createdBy: readOperator(values, needs),
    });
    if (!added && !values['if-missing'])
      throw new RefusedError(`there is a key of this name, or this very key: ${name}`);
    // Shown once: only its digest is kept.
    if (added && values.key === undefined) needs.print(key);
    return exitCodes.done;
  }

  async function list(args: readonly string[]): Promise<number> {
    const { values } = readArguments(args, { json: flag }, { least: 0, most: 0 });
    const keys = await needs.apiKeys.list();
    if (values.json) needs.print(JSON.stringify(keys, null, 2));
    else if (keys.length === 0) needs.print('there is no API key');
    else {
      const rows = keys.map(({ name, createdAt, createdBy, lastUsedOn, revokedAt }) => [
        ...[name, moment(createdAt.getTime()), createdBy, lastUsedOn ?? 'never'],
        revokedAt ? `revoked ${moment(revokedAt.getTime())}` : '',
      ]);
      for (const line of table(['NAME', 'CREATED', 'BY', 'LAST USED', 'NOTE'], rows)) needs.print(line);
    }
    return exitCodes.done;
  }

  async function revoke(args: readonly string[]): Promise<number> {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 });
    const name = readName(positionals[0]);
    if (!(await needs.apiKeys.revoke(name)))
      throw new RefusedError(`no key of this name opens anything: ${name}`);
    return exitCodes.done;
  }
}

function readName(name = ''): string {
  const read = printable(name).trim();
  if (read === '' || read.length > LONGEST_NAME)
    throw new UsageError(`a name has 1 to ${LONGEST_NAME} characters`);
  return read;
}

function readKey(key: string): string {
  if (!/^[!-~]+$/.test(key) || key.length > LONGEST_KEY)
    throw new UsageError(`--key has 1 to ${LONGEST_KEY} visible characters of ASCII`);
  return key;
}
