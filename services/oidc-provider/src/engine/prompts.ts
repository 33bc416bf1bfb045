import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

const { base, Check, Prompt } = interactionPolicy;

/**
 * When the person is asked something. Only the login asks: there is no consent and no account to choose, so that
 * `prompt=consent` and `prompt=select_account`, which Keycloak accepts, ask nothing.
 */
export function prompts(): ReturnType<typeof base> {
  const policy = base();
  for (const name of ['consent', 'select_account']) {
    policy.remove(name);
    const harmless = new Prompt({ name, requestable: true });
    harmless.checks.clear();
    policy.add(harmless);
  }

  const login = policy.get('login');
  // With a code that somebody sent them, one click of a person who is logged in would give that somebody their access
  // (RFC 8628 §5.4): for a device the phone or the card is asked each time, and says for which application.
  login?.checks.add(
    new Check('device', 'the professional approves each device', ({ oidc }: KoaContextWithOIDC) => {
      const approved = oidc.route === 'device_resume' && oidc.result?.login !== undefined;
      return (oidc.route === 'code_verification' || oidc.route === 'device_resume') && !approved;
    }),
  );
  // The application named who it wants: somebody else who logs in is told to it, and not asked again for ever.
  for (const reason of ['id_token_hint', 'claims_id_token_sub_value']) {
    const check = login?.checks.get(reason);
    if (!check) throw new TypeError(`the library has no check ${reason}`);
    const { check: isSomebodyElse } = check;
    check.check = async (ctx: KoaContextWithOIDC) => {
      const asks = await isSomebodyElse(ctx);
      if (asks && ctx.oidc.result?.login) throw new errors.LoginRequired('another professional logged in');
      return asks;
    };
  }
  return policy;
}
