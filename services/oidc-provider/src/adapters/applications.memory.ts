import { MOST_APPLICATIONS } from '@psc/contracts';
import type {
  Applications,
  ChangingApplications,
  HistoryEntry,
  RegisteredApplication,
  RegistrationToken,
} from '#src/ports/applications.ts';
import { bare } from '#src/ports/declared-application.ts';

export function createMemoryApplications(): Applications {
  let kept = new Map<string, RegisteredApplication>();
  let tokens = new Map<string, RegistrationToken & { digest: string }>();
  let entries: { clientId: string; entry: HistoryEntry }[] = [];
  let queue: Promise<unknown> = Promise.resolve();

  function write(clientId: string, application: RegisteredApplication, entry: HistoryEntry): true {
    kept.set(clientId, structuredClone(application));
    entries.push({ clientId, entry });
    return true;
  }

  const reading: Pick<Applications, 'find' | 'list'> = {
    find: async (clientId) => structuredClone(kept.get(clientId)),
    async list(filter = {}) {
      return [...kept.values()]
        .map(({ declaration, status, updatedAt }) => ({
          clientId: declaration.client_id,
          name: declaration.client_name,
          status,
          environment: declaration.psc.environment,
          kind: declaration.psc.kind,
          organisation: declaration.psc.organisation?.name ?? '',
          updatedAt,
        }))
        .filter((summary) => filter.status === undefined || filter.status === summary.status)
        .filter((summary) => filter.environment === undefined || filter.environment === summary.environment)
        .filter((summary) => filter.kind === undefined || filter.kind === summary.kind)
        .toSorted((one, other) => (one.clientId < other.clientId ? -1 : 1));
    },
  };

  const usable = (digest: string, at: number) =>
    [...tokens.values()].find(
      (token) => token.digest === digest && token.used < token.most && token.expiresAt > at,
    );

  const plain = { from: undefined, to: undefined, fields: [] };
  const changing: ChangingApplications = {
    ...reading,
    room: async () => MOST_APPLICATIONS - kept.size,
    async add({ declaration, status, secret, registrationDigest }, entry) {
      const { client_id: clientId } = declaration;
      if (kept.has(clientId) || kept.size >= MOST_APPLICATIONS) return false;
      const secretSince = secret === '' ? undefined : entry.at;
      const added = {
        declaration: bare(declaration),
        status,
        secret,
        formerSecret: undefined,
        secretSince,
        registrationDigest,
      };
      const times = { createdAt: entry.at, updatedAt: entry.at };
      return write(clientId, { ...added, ...times }, { ...entry, ...plain, event: 'created', to: status });
    },
    async replace(clientId, { declaration, secret }, entry) {
      const known = kept.get(clientId);
      if (!known) return false;
      const renewed = { secret, formerSecret: undefined, secretSince: secret === '' ? undefined : entry.at };
      const replaced = { ...known, declaration: bare(declaration), updatedAt: entry.at };
      return write(
        clientId,
        { ...replaced, ...(secret === known.secret ? {} : renewed) },
        { ...plain, ...entry, event: 'settings' },
      );
    },
    async changeStatus(clientId, { from, to }, entry) {
      const known = kept.get(clientId);
      if (known?.status !== from) return false;
      const changed = { ...known, status: to, updatedAt: entry.at };
      return write(clientId, changed, { ...entry, ...plain, event: 'status', from, to });
    },
    async changeSecret(clientId, { secret, formerUntil }, entry) {
      const known = kept.get(clientId);
      if (known === undefined || known.secret === '') return false;
      const formerSecret =
        formerUntil === undefined ? undefined : { value: known.secret, until: formerUntil };
      const changed = { ...known, secret, formerSecret, secretSince: entry.at, updatedAt: entry.at };
      return write(clientId, changed, { ...entry, ...plain, event: 'secret' });
    },
    async addRegistrationToken(token, { operator }) {
      if (tokens.has(token.name)) return false;
      tokens.set(token.name, { ...token, used: 0, operator });
      return true;
    },
    removeRegistrationToken: async (name) => tokens.delete(name),
    async spendRegistrationToken(digest, at) {
      const token = usable(digest, at);
      if (!token) return undefined;
      tokens.set(token.name, { ...token, used: token.used + 1 });
      return token.name;
    },
    async remove(clientId, entry) {
      if (kept.get(clientId)?.status !== 'requested') return false;
      kept.delete(clientId);
      entries.push({ clientId, entry: { ...entry, ...plain, event: 'removed', from: 'requested' } });
      return true;
    },
  };

  return {
    ...reading,
    registrationTokens: async () =>
      [...tokens.values()]
        .map(({ digest: _digest, ...token }) => token)
        .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    mayRegister: async (digest, at) => usable(digest, at) !== undefined,
    history: async (clientId) =>
      entries.filter((one) => one.clientId === clientId).map(({ entry }) => structuredClone(entry)),
    change(work) {
      const done = queue.then(async () => {
        const before = { kept: new Map(kept), tokens: new Map(tokens), entries: [...entries] };
        try {
          return await work(changing);
        } catch (error) {
          ({ kept, tokens, entries } = before);
          throw error;
        }
      });
      queue = done.catch(() => undefined);
      return done;
    },
  };
}
