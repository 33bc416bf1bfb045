import type { LogoutRefusal } from '#src/use-cases/log-out.ts';

/** Why a page of ours says no, or that it could not. */
export type LogoutTrouble =
  | LogoutRefusal
  /** A parameter twice, or a form that cannot be read. */
  | 'malformed'
  /** Posted by another site, or by a page of before the last login. */
  | 'foreign_form'
  /** The session was closed; the address to go on to is not followed. */
  | 'closed_return_unregistered'
  | 'unavailable'
  | 'unexpected';

export interface TroubleWords {
  readonly status: number;
  /** For the application's developer: an OAuth error. */
  readonly error: string;
  readonly description: string;
  /** For the person. */
  readonly title: string;
  readonly message: string;
  /** What the page offers to do about it. */
  readonly offers: 'logout' | 'retry' | 'nothing';
}

const incorrect = {
  status: 400,
  error: 'invalid_request',
  title: 'La demande de déconnexion de ce service n’est pas correcte',
  message:
    'Vous n’y êtes pour rien : votre session n’a pas été fermée. Vous pouvez la fermer ici ; si le problème persiste, signalez-le à ce service.',
  offers: 'logout',
} as const;

const foreignForm = {
  status: 403,
  error: 'access_denied',
  description: 'the form was not posted by a page of this provider to this browser',
  title: 'Cette page n’est plus valable',
  message:
    'Elle a été ouverte avant votre dernière connexion, ou vient d’un autre site : rien n’a été fait. Vous pouvez recommencer ici.',
} as const;

const unavailable = {
  status: 503,
  error: 'temporarily_unavailable',
  description: 'a dependency did not answer',
  title: 'Le service est momentanément indisponible',
  message: 'Votre session n’a peut-être pas été fermée. Veuillez réessayer dans quelques instants.',
  offers: 'retry',
} as const;

const unexpected = {
  ...unavailable,
  status: 500,
  error: 'server_error',
  description: 'an unexpected error occurred',
  title: 'Une erreur inattendue est survenue',
} as const;

/** On the page of one's sessions. */
export type AccountTrouble = 'foreign_form' | 'unavailable' | 'unexpected';

export const accountTroubles: Readonly<Record<AccountTrouble, TroubleWords>> = {
  foreign_form: { ...foreignForm, offers: 'retry' },
  unavailable,
  unexpected,
};

export const logoutTroubles: Readonly<Record<LogoutTrouble, TroubleWords>> = {
  hint_invalid: { ...incorrect, description: 'id_token_hint is not an ID token of this provider' },
  hint_of_another: { ...incorrect, description: 'client_id does not match the provided id_token_hint' },
  application_unknown: { ...incorrect, description: 'client_id is unknown' },
  return_unregistered: { ...incorrect, description: 'post_logout_redirect_uri not registered' },
  malformed: { ...incorrect, description: 'the request is malformed, or holds a parameter twice' },
  foreign_form: { ...foreignForm, offers: 'logout' },
  closed_return_unregistered: {
    status: 400,
    error: 'invalid_request',
    description: 'the session is closed; post_logout_redirect_uri not registered',
    title: 'Votre session est fermée',
    message:
      'Le service d’où vous venez demande à revenir à une adresse qu’il n’a pas déclarée : par prudence, vous n’y êtes pas renvoyé. Vous pouvez fermer cette page.',
    offers: 'nothing',
  },
  unavailable,
  unexpected,
};
