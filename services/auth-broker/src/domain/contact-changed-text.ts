import { isOneSms } from './gsm.ts';
import type { ContactChanged } from './message.ts';

const day = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'short' });
const moment = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  dateStyle: 'long',
  timeStyle: 'short',
});

/** `reportUrl`: where a person reports what was not them. Neither the old contact nor the new one is named. */
export function contactChangedSms({ contact, changedAt }: ContactChanged, reportUrl: string): string {
  const what =
    contact === 'phone' ? 'votre numéro de téléphone a été modifié' : 'votre adresse e-mail a été modifiée';
  const said = `Pro Santé Connect : ${what} le ${day.format(changedAt)}.`;
  const withLink = `${said} Si ce n'est pas vous : ${reportUrl}`;
  return isOneSms(withLink) ? withLink : `${said} Si ce n'est pas vous, signalez-le depuis le portail.`;
}

export function contactChangedEmail(
  { contact, changedAt }: ContactChanged,
  reportUrl: string,
): { readonly subject: string; readonly text: string } {
  const when = `le ${moment.format(changedAt)} (heure de Paris)`;
  const [subject, sentence] =
    contact === 'phone'
      ? [
          'Votre numéro de téléphone a été modifié',
          `Le numéro de téléphone auquel Pro Santé Connect peut vous joindre a été modifié ${when}.`,
        ]
      : [
          'Votre adresse e-mail a été modifiée',
          `L’adresse e-mail à laquelle Pro Santé Connect peut vous joindre a été modifiée ${when}. Vous recevez ce message à l’ancienne adresse.`,
        ];
  const text = `Bonjour,

${sentence}

Si ce changement vient de vous, vous n’avez rien à faire.

Si ce n’est pas vous, quelqu’un essaie peut-être de se faire passer pour vous :
- dans l’application e-CPS, répondez « Ce n’est pas moi » à toute demande que vous n’avez pas faite ;
- signalez ce changement : ${reportUrl}

Nous ne vous demandons jamais votre code e-CPS, ni par e-mail, ni par SMS, ni par téléphone.

Pro Santé Connect
Ce message est automatique : merci de ne pas y répondre.
`;
  return { subject, text };
}
