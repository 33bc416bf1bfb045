import { html, type Page } from '@psc/pages';

/** What went wrong, as far as the person in front of the browser is concerned. */
export type Trouble =
  /** The login of this page was finished, abandoned, forgotten, or begun in another browser. */
  | 'login_over'
  /** The return code is not that of the browser in which the identifier was typed. */
  | 'other_browser'
  | 'proof_invalid'
  | 'professional_inactive'
  /** The application asked for something it may not. */
  | 'request_refused'
  /** Many browsers behind one address asked at once. */
  | 'too_frequent'
  | 'unavailable'
  | 'unexpected';

interface Words {
  readonly title: string;
  readonly message: string;
}

const words: Readonly<Record<Trouble, Words>> = {
  login_over: {
    title: 'Cette demande de connexion n’est plus valable',
    message:
      'Elle a déjà abouti, elle a expiré, ou elle a été commencée dans un autre navigateur. Retournez au service auquel vous vouliez vous connecter et recommencez. Si le problème persiste, vérifiez que votre navigateur accepte les cookies.',
  },
  other_browser: {
    title: 'Cette connexion a été commencée dans un autre navigateur',
    message:
      'Pour votre sécurité, elle ne peut pas être terminée ici. Si vous n’êtes pas à l’origine de cette demande, n’allez pas plus loin et fermez cette page.',
  },
  proof_invalid: {
    title: 'Votre connexion n’a pas pu être vérifiée',
    message: 'Par prudence, elle n’a pas été acceptée. Vous pouvez recommencer.',
  },
  professional_inactive: {
    title: 'Connexion impossible',
    message:
      'Vous n’êtes pas, ou vous n’êtes plus, enregistré comme professionnel en activité. S’il s’agit d’une erreur, adressez-vous à votre ordre ou à l’autorité qui vous enregistre.',
  },
  request_refused: {
    title: 'La demande de connexion de ce service n’est pas correcte',
    message:
      'Vous n’y êtes pour rien. Retournez au service auquel vous vouliez vous connecter et recommencez ; si le problème persiste, signalez-le à ce service.',
  },
  too_frequent: {
    title: 'Trop de demandes de connexion viennent de votre réseau',
    message: 'Veuillez patienter une minute, puis réessayer.',
  },
  unavailable: {
    title: 'Le service est momentanément indisponible',
    message: 'Veuillez réessayer dans quelques instants.',
  },
  unexpected: {
    title: 'Une erreur inattendue est survenue',
    message: 'Veuillez réessayer dans quelques instants.',
  },
};

export interface ErrorPage {
  readonly trouble: Trouble;
  /** Begins the login again. '' tries the same address again. */
  readonly retry?: string | undefined;
  readonly back?: { readonly url: string; readonly name: string } | undefined;
  /** What the application's developer needs: the OAuth error, never anything of a person. */
  readonly technical?: Readonly<Record<string, string>> | undefined;
}

export function errorPage({ trouble, retry, back, technical }: ErrorPage): Page {
  const { title, message } = words[trouble];
  const facts = Object.entries(technical ?? {});
  return {
    title,
    content: html`<h1>${title}</h1>
<p data-testid="message">${message}</p>
${retry !== undefined && html`<a class="button" href="${retry}" data-testid="retry">Réessayer</a>`}
${back && html`<a class="button quiet" href="${back.url}" data-testid="back-to-application">Revenir à ${back.name}</a>`}
${
  facts.length > 0 &&
  html`<details><summary>Pour le développeur du service</summary>
<pre>${facts.map(([name, value]) => html`${name}: ${value}\n`)}</pre></details>`
}`,
  };
}
