import { grantTypes } from '@psc/contracts';
import { Unavailable } from '@psc/kernel';
import type { Application } from '#src/domain/application.ts';
import type { PollRefusal } from '#src/domain/ciba-poll.ts';
import type { JudgePoll } from '#src/use-cases/judge-poll.ts';
import { type BasicCredentials, readBasic } from '../client-auth/credentials.ts';
import { noteWrongSecret } from '../client-auth/wrong-secrets.ts';
import { endpoints } from '../endpoints.ts';
import type { EngineCall, Front } from '../mount.ts';
import { Outage } from '../outage.ts';
import { approvalIdOf } from './auth-req-id.ts';
import { answerOf, type CibaAnswer } from './words.ts';

/**
 * Answers the polls that get no tokens, which are nearly all of them (one a second, until the professional answers), before
 * the library: of an application whose secret is right, about a request of its own. Everything else goes the library's way,
 * which ends in the same questions (redeem.ts).
 */
export function createPollFront(needs: {
  readonly authenticate: (credentials: BasicCredentials) => Application | undefined;
  readonly judgePoll: JudgePoll;
  /** Hears how each poll that was answered here ended. */
  readonly onPoll: (refusal: PollRefusal) => void;
}): Front {
  return async (call) => {
    // Cheap, and true of every poll: no other request has to be read twice.
    if (call.path !== endpoints.token || !call.body.includes('ciba')) return 'through';
    const form = readForm(call);
    if (form?.('grant_type') !== grantTypes.ciba) return 'through';
    const credentials = readCredentials(call.headers.authorization, form);
    const application = credentials && needs.authenticate(credentials);
    if (credentials && !application) noteWrongSecret(call.request);
    if (!application?.grants.includes(grantTypes.ciba)) return 'through';
    const authReqId = form('auth_req_id');
    if (authReqId === undefined) return 'through';

    const approvalId = approvalIdOf(authReqId);
    const answer = await judge({ approvalId, clientId: application.clientId });
    if (!answer) return 'through';
    await call.reply
      .code(answer.status)
      .headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      .send(answer.body);
    return 'answered';
  };

  async function judge(poll: Parameters<JudgePoll>[0]): Promise<CibaAnswer | undefined> {
    try {
      const judged = await needs.judgePoll(poll);
      if (judged.ok) return undefined;
      needs.onPoll(judged.refusal);
      return answerOf(judged.refusal);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const { status, error: code, error_description = '' } = new Outage(error);
      return { status, body: { error: code, error_description } };
    }
  }
}

/** A parameter that is there once; undefined otherwise. */
type Form = (name: string) => string | undefined;

function readForm(call: EngineCall): Form | undefined {
  if (!call.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
  const fields = new URLSearchParams(call.body);
  const seen = new Set<string>();
  // What is there twice is for the library to refuse.
  for (const name of fields.keys()) {
    if (seen.has(name)) return undefined;
    seen.add(name);
  }
  return (name) => fields.get(name) || undefined;
}

/** The two ways of showing a secret. Any other, several at once, or one that is odd, is for the library. */
function readCredentials(header: string | undefined, form: Form): BasicCredentials | undefined {
  const clientId = form('client_id');
  const secret = form('client_secret');
  if (form('client_assertion') !== undefined) return undefined;
  if (header === undefined)
    return clientId === undefined || secret === undefined ? undefined : { clientId, secret };
  const basic = secret === undefined ? readBasic(header) : undefined;
  return basic && (clientId === undefined || clientId === basic.clientId) ? basic : undefined;
}
