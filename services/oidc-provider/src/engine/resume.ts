import { AsyncLocalStorage } from 'node:async_hooks';
import { hash } from 'node:crypto';
import type { Approvals } from '@psc/approvals';
import type { Logger } from '@psc/runtime';
import type { Provider } from 'oidc-provider';
import { type Application, wayBackTo } from '#src/domain/application.ts';
import type { FinishedLogin, FinishRefusal } from '#src/domain/finished-login.ts';
import type { Subjects } from '#src/domain/subject.ts';
import type { FinishLogin } from '#src/use-cases/finish-login.ts';
import { endpoints } from './endpoints.ts';
import { type ErrorPage, errorPage } from './pages/error-page.ts';
import { show } from './show.ts';

export interface ResumeNeeds {
  readonly approvals: Pick<Approvals, 'find' | 'abandon'>;
  readonly finishLogin: FinishLogin;
  readonly findApplication: (clientId: string) => Application | undefined;
  readonly subjects: Subjects;
  readonly walletUrl: string;
  readonly logger: Logger;
  readonly onFinished: (outcome: 'accepted' | 'cancelled' | FinishRefusal) => void;
}

type Middleware = Parameters<Provider['use']>[0];
type Context = Parameters<Middleware>[0];
type Interaction = InstanceType<Provider['Interaction']>;

const RESUME = new RegExp(`^(?:${endpoints.authorization}|${endpoints.code_verification})/([\\w-]{20,64})$`);

/**
 * The browser comes back from the wallet to `…/auth/<interaction>`, or `…/device/<interaction>` of a device's login:
 *   ?code=…    the professional approved: finish the login, then let the library go on
 *   ?cancel=1  the person gave up: access_denied to the application
 *   (nothing)  try again: the library begins a new interaction, with an approval of its own
 * In front of the library, which would answer a page of its own.
 */
export function createResume(provider: Provider, needs: ResumeNeeds): Middleware {
  const { approvals, finishLogin, subjects, walletUrl, logger } = needs;

  // The library reads the interaction again right away: it is given ours, with its result, which so needs not be saved.
  const resuming = new AsyncLocalStorage<Interaction>();
  const { find } = provider.Interaction;
  Object.assign(provider.Interaction, {
    find: async (id: string) => {
      const known = resuming.getStore();
      return known?.uid === id ? known : find.call(provider.Interaction, id);
    },
  });

  return async (ctx, next) => {
    const [, id] = RESUME.exec(ctx.path) ?? [];
    if (id === undefined || ctx.method !== 'GET') return next();

    // The cookie that this browser got when it left for the wallet, signed, for this path only.
    const interaction =
      ctx.cookies.get(provider.cookieName('resume'), { signed: true }) === id
        ? await provider.Interaction.find(id)
        : undefined;
    if (!interaction) return show(ctx, 400, errorPage({ trouble: 'login_over', back: await wayBack(id) }));

    const { code, cancel } = ctx.query;
    if (typeof code === 'string') {
      const clientId = String(interaction.params.client_id);
      const finished = await finishLogin({ id, clientId, browser: hash('sha256', code, 'base64url') });
      needs.onFinished(finished.ok ? 'accepted' : finished.refusal);
      if (!finished.ok) return refuse(ctx, interaction, clientId, finished.refusal);
      interaction.result = { login: loginOf(finished.value) };
    } else if (cancel !== undefined) {
      needs.onFinished('cancelled');
      await approvals.abandon(id);
      interaction.result = {
        error: 'access_denied',
        error_description: 'the professional did not approve the login',
      };
    } else if (interaction.result === undefined) {
      // Nobody will come back for this one: the phone stops showing it.
      await approvals.abandon(id);
    }
    let over = false;
    const { destroy } = interaction;
    interaction.destroy = () => {
      over = true;
      return destroy.call(interaction);
    };
    await resuming.run(interaction, next);
    // Somebody else's session is ended first, by a form that submits itself and comes back here: for the result.
    if (!over) await interaction.persist();
  };

  function loginOf(login: FinishedLogin) {
    return {
      accountId: subjects.subjectOf(login.nationalId),
      acr: login.acr,
      amr: [login.means],
      ts: login.authTime,
      // Closing the browser ends the session: professionals share workstations.
      remember: false,
    };
  }

  function refuse(
    ctx: Context,
    { uid: id, returnTo: retry }: { uid: string; returnTo: string },
    clientId: string,
    refusal: FinishRefusal,
  ): void {
    const application = needs.findApplication(clientId);
    const back = application && { name: application.name, url: `${retry}?cancel=1` };
    switch (refusal) {
      case 'not_approved':
        // The wallet has the page of each state.
        ctx.status = 303;
        ctx.redirect(`${walletUrl}/login/${id}`);
        break;
      case 'unknown':
      case 'already_finished':
      case 'identifier_replaced':
        show(ctx, 400, errorPage({ trouble: 'login_over', retry, back }));
        break;
      case 'proof_invalid':
        logger.error({ approval: id, client: clientId }, 'an approval carries a proof that does not hold');
        show(ctx, 403, errorPage({ trouble: 'proof_invalid', retry, back }));
        break;
      case 'other_browser':
        logger.warn({ approval: id, client: clientId }, 'a login came back in another browser');
        show(ctx, 403, errorPage({ trouble: 'other_browser' }));
        break;
      case 'professional_inactive':
        show(ctx, 403, errorPage({ trouble: 'professional_inactive', back }));
        break;
    }
  }

  /** The interaction is gone, or another browser's: the approval still knows which application this was. */
  async function wayBack(id: string): Promise<ErrorPage['back']> {
    const approval = await approvals.find(id);
    const found = approval && needs.findApplication(approval.request.clientId);
    const url = found ? wayBackTo(found) : '';
    return found && url !== '' ? { name: found.name, url } : undefined;
  }
}
