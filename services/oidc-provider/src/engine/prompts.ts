import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

const { base, Prompt } = interactionPolicy;

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
