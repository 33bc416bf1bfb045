import type { DeviceErrorCode } from '@psc/contracts';
import type { NationalIdRefusal } from '@psc/kernel';
import type { LoginEnding } from '#src/domain/login-step.ts';

/** Every way in which a login page says no: how the login ended, or why the request was not looked at. */
export type PageRefusal = LoginEnding | 'cookies_refused' | 'foreign_form' | 'temporarily_unavailable';

/** What a refusal page says. `offers`: what the person can do from it. */
export interface RefusalText {
  readonly status: number;
  readonly title: string;
  readonly sentence: string;
  readonly offers: readonly ('retry' | 'application')[];
}

const noLongerRegistered =
  'Vous n’êtes pas, ou vous n’êtes plus, enregistré comme professionnel en activité. S’il s’agit d’une erreur, adressez-vous à votre ordre ou à l’autorité qui vous enregistre.';

/** No sentence tells whether an identifier exists: the person who waits in vain reads the same as the one who mistyped. */
export const pageRefusals: Readonly<Record<PageRefusal, RefusalText>> = {
  unknown_login: {
    status: 404,
    title: 'Connexion introuvable',
    sentence:
      'Cette demande de connexion n’existe pas, ou n’existe plus. Retournez sur votre application et connectez-vous à nouveau.',
    offers: [],
  },
  other_browser: {
    status: 403,
    title: 'Connexion commencée ailleurs',
    sentence:
      'Cette demande de connexion a été commencée dans un autre navigateur, ou votre navigateur n’a pas gardé son cookie. Retournez dans le navigateur de départ, ou recommencez depuis votre application en acceptant les cookies.',
    offers: [],
  },
  cookies_refused: {
    status: 400,
    title: 'Cookies refusés',
    sentence:
      'Votre navigateur refuse les cookies. Un cookie est indispensable pour vous connecter en sécurité : acceptez-le pour ce site, puis réessayez.',
    offers: ['retry'],
  },
  foreign_form: {
    status: 403,
    title: 'Demande refusée',
    sentence:
      'Cette demande ne vient pas de notre page de connexion. Retournez sur votre application et connectez-vous à nouveau.',
    offers: [],
  },
  expired: {
    status: 410,
    title: 'Demande expirée',
    sentence:
      'Personne n’a répondu à temps, ou la demande a été annulée. Vérifiez votre identifiant et votre téléphone, puis réessayez.',
    offers: ['retry', 'application'],
  },
  refused: {
    status: 403,
    title: 'Connexion refusée',
    sentence: 'La demande a été refusée depuis votre téléphone. Si c’était une erreur, réessayez.',
    offers: ['retry', 'application'],
  },
  wrong_number: {
    status: 403,
    title: 'Numéro erroné',
    sentence:
      'Le numéro saisi sur votre téléphone n’était pas celui affiché ici. Par sécurité, cette demande est terminée. Réessayez : un nouveau numéro vous sera donné.',
    offers: ['retry', 'application'],
  },
  device_locked: {
    status: 403,
    title: 'Téléphone bloqué',
    sentence:
      'Trop de codes e-CPS erronés ont été saisis : votre téléphone est bloqué. Activez-le à nouveau, ou utilisez un autre téléphone activé.',
    offers: ['retry', 'application'],
  },
  professional_inactive: {
    status: 403,
    title: 'Connexion impossible',
    sentence: noLongerRegistered,
    offers: ['application'],
  },
  reported: {
    status: 403,
    title: 'Connexion signalée',
    sentence:
      'Cette demande a été signalée comme frauduleuse depuis le téléphone du professionnel. Elle est terminée.',
    offers: ['retry', 'application'],
  },
  already_used: {
    status: 410,
    title: 'Connexion déjà faite',
    sentence: 'Cette demande de connexion a déjà servi. Votre application vous attend.',
    offers: ['application'],
  },
  temporarily_unavailable: {
    status: 503,
    title: 'Service momentanément indisponible',
    sentence: 'Nous ne pouvons pas vous répondre pour le moment. Réessayez dans quelques instants.',
    offers: ['retry'],
  },
};

/** What is wrong with a typed identifier. */
export const identifierSentences: Readonly<Record<NationalIdRefusal, string>> = {
  identifier_missing: 'Saisissez votre identifiant national.',
  identifier_malformed:
    'Cet identifiant n’a pas la bonne forme. Recopiez celui de votre carte CPS : 8 suivi de vos 11 chiffres RPPS, par exemple.',
  identifier_without_prefix: 'Il manque le 8 au début de votre identifiant. Est-ce celui-ci ?',
};

export const identifyUnavailable =
  'Nous ne pouvons pas vérifier votre identifiant pour le moment. Rien n’est perdu : réessayez dans quelques instants.';

/** What the device API answers: the status, and the sentence that the app shows. */
export const deviceRefusals: Readonly<
  Record<DeviceErrorCode, { readonly status: number; readonly message: string }>
> = {
  malformed_request: { status: 400, message: 'La demande envoyée par ce téléphone est mal formée.' },
  ticket_invalid: {
    status: 403,
    message: 'Ce code d’activation n’est plus valable. Demandez-en un nouveau.',
  },
  signature_invalid: {
    status: 401,
    message: 'Ce téléphone n’est pas reconnu. Vérifiez son heure, puis activez-le à nouveau si besoin.',
  },
  signature_replayed: { status: 401, message: 'Cette demande a déjà été envoyée. Recommencez.' },
  device_unknown: { status: 401, message: 'Ce téléphone n’est pas activé. Activez-le pour continuer.' },
  device_locked: {
    status: 403,
    message: 'Trop de codes erronés : ce téléphone est bloqué. Activez-le à nouveau.',
  },
  professional_inactive: { status: 403, message: noLongerRegistered },
  request_unknown: { status: 404, message: 'Cette demande de connexion n’existe pas, ou n’existe plus.' },
  request_expired: {
    status: 410,
    message: 'Cette demande de connexion a expiré. Recommencez depuis votre application.',
  },
  already_answered: { status: 409, message: 'Cette demande de connexion a déjà reçu une réponse.' },
  pin_missing: { status: 400, message: 'Saisissez votre code e-CPS.' },
  pin_wrong: { status: 403, message: 'Code e-CPS erroné.' },
  number_wrong: {
    status: 403,
    message: 'Ce n’est pas le numéro affiché à l’écran : la demande est terminée. Recommencez.',
  },
  too_many_requests: { status: 429, message: 'Trop de demandes en peu de temps. Patientez une minute.' },
  temporarily_unavailable: {
    status: 503,
    message: 'Le service est momentanément indisponible. Réessayez dans quelques instants.',
  },
};
