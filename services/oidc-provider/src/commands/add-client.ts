import type { parseArgs } from 'node:util';
import { exitCodes, RefusedError, readArguments, UsageError } from '@psc/runtime';
import { createAddApplication } from '#src/use-cases/add-application.ts';
import { declareApplication, readOneApplication } from './declared-applications.ts';
import { type ClientsNeeds, common, printJson, signatureOf, type Verb } from './verb.ts';

/** `psc clients add`, `psc clients request`: from a file, or from options. */
export function createAddClient(needs: ClientsNeeds, status: 'requested' | undefined): Verb {
  const { sources, print } = needs;
  const add = createAddApplication(needs);
  return async (args) => {
    const { values, positionals } = readArguments(args, { ...common, ...describing }, { least: 0, most: 1 });
    const [file] = positionals;
    const described = Object.keys(values).some((name) => Object.hasOwn(describing, name));
    if ((file === undefined) === !described)
      throw new UsageError('name a file, or describe the application by options: psc clients --help');
    const declared =
      file === undefined ? declareApplication(fromOptions(values)) : await readOneApplication(file, sources);
    const added = await add(
      declared,
      status ?? declared.psc.status ?? 'approved',
      signatureOf(values, needs),
    );
    if (!added.ok) {
      throw new RefusedError(
        added.refusal === 'exists'
          ? `there is an application ${declared.client_id} already: psc clients apply changes it`
          : 'there is no room for another application',
      );
    }
    const { clientId, inventedSecret } = added.value;
    if (values.json)
      return printJson(needs, { clientId, status: added.value.status, client_secret: inventedSecret });
    print(`${clientId}: created, ${added.value.status}`);
    if (inventedSecret !== undefined) print(`  client_secret, shown only now: ${inventedSecret}`);
    return exitCodes.done;
  };
}

const one = { type: 'string' } as const;
const several = { type: 'string', multiple: true } as const;

/** Options that describe an application. */
const describing = {
  id: one,
  name: one,
  uri: one,
  'redirect-uri': several,
  'post-logout-redirect-uri': several,
  auth: one,
  grant: several,
  contact: several,
  organisation: one,
  finess: one,
  siret: one,
  environment: one,
  kind: one,
  acr: one,
  claims: one,
  'ciba-channel': several,
  loopback: { type: 'boolean' },
} as const;

type Described = ReturnType<typeof parseArgs<{ options: typeof describing }>>['values'];

function fromOptions(values: Described): object {
  const { organisation: name, finess, siret } = values;
  const organisation = given({ name, finess, siret });
  return given({
    client_id: values.id,
    client_name: values.name,
    client_uri: values.uri,
    redirect_uris: values['redirect-uri'],
    post_logout_redirect_uris: values['post-logout-redirect-uri'],
    token_endpoint_auth_method: values.auth,
    grant_types: values.grant,
    contacts: values.contact,
    psc: given({
      organisation: Object.keys(organisation).length > 0 ? organisation : undefined,
      environment: values.environment,
      kind: values.kind,
      acr: values.acr,
      claims: values.claims,
      ciba_channels: values['ciba-channel'],
      loopback_redirects: values.loopback,
    }),
  });
}

function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
