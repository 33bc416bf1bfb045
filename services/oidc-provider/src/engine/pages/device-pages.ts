import { html, type Page } from '@psc/pages';

/** What the form of the verification page carries besides the code (against CSRF). */
export interface DeviceForm {
  readonly action: string;
  readonly secret: string;
}

/** Why a code that was typed opens nothing, or a login of a device did not end well. */
export type DeviceTrouble =
  | 'code_missing'
  | 'code_unknown'
  | 'code_expired'
  | 'code_used'
  | 'page_expired'
  | 'refused'
  | 'too_many_codes'
  | 'unavailable'
  | 'unexpected';

const sentences: Readonly<Record<DeviceTrouble, string>> = {
  code_missing: 'Saisissez le code affiché par votre appareil.',
  code_unknown: 'Ce code n’existe pas, ou n’existe plus. Vérifiez celui que votre appareil affiche.',
  code_expired: 'Ce code n’est plus valable. Demandez-en un nouveau sur votre appareil.',
  code_used: 'Ce code a déjà servi. Demandez-en un nouveau sur votre appareil.',
  page_expired:
    'Cette page est restée ouverte trop longtemps, ou votre navigateur refuse les cookies. Saisissez à nouveau le code.',
  refused:
    'Votre appareil n’a pas été connecté : la demande a été abandonnée ou refusée. Pour recommencer, demandez un nouveau code sur votre appareil.',
  too_many_codes: 'Trop de codes ont été saisis depuis votre réseau. Réessayez dans quelques minutes.',
  unavailable: 'Le service est momentanément indisponible. Réessayez dans quelques instants.',
  unexpected: 'Une erreur est survenue. Demandez un nouveau code sur votre appareil et recommencez.',
};

/** Where a person types the code that their device shows (RFC 8628 §3.3). Without a secret, only the way back to that. */
export function deviceCodePage(
  form: Partial<DeviceForm> & { action: string },
  trouble?: DeviceTrouble,
): Page {
  const title = trouble === 'refused' ? 'Appareil non connecté' : 'Connecter un appareil';
  return {
    title,
    content: html`<h1>${title}</h1>
${
  trouble &&
  html`<div class="message alert" role="alert"><p id="code-error" data-testid="message">${sentences[trouble]}</p></div>`
}
${
  form.secret !== undefined &&
  html`<form method="post" action="${form.action}">
<input type="hidden" name="xsrf" value="${form.secret}">
<label for="code">Code affiché par votre appareil</label>
<p class="hint" id="code-hint">Huit lettres, par exemple BCDF-GHJK.</p>
<input type="text" id="code" name="user_code" data-testid="device-code-field" required maxlength="32"
 autocomplete="off" autocapitalize="characters" spellcheck="false"
 aria-describedby="${trouble ? 'code-error ' : ''}code-hint" ${trouble && html`aria-invalid="true"`} autofocus>
<button data-testid="submit">Continuer</button>
</form>`
}
${form.secret === undefined && html`<a class="button quiet" href="${form.action}" data-testid="retry">Saisir un code</a>`}`,
  };
}

export interface DeviceAsked {
  readonly application: string;
  /** As the device shows it. */
  readonly code: string;
  /** Whence the device asked. */
  readonly address: string;
}

/** A code may have come by a message of somebody who wants this person's access: what is granted, to whom, is said first. */
export function deviceConfirmPage(form: DeviceForm, asked: DeviceAsked): Page {
  return {
    title: 'Est-ce bien votre appareil ?',
    content: html`<h1>Est-ce bien votre appareil ?</h1>
<p class="lead"><strong>${asked.application}</strong> demande à vous connecter sur un autre appareil.</p>
<p>Son écran affiche-t-il ce code ?</p>
<p class="code" data-testid="device-code">${asked.code}</p>
${asked.address !== '' && html`<p class="aside">Demande reçue de l’adresse ${asked.address}.</p>`}
<p>Si quelqu’un vous a envoyé ce code, ou si vous n’avez rien demandé, ne continuez pas.</p>
<form method="post" action="${form.action}">
<input type="hidden" name="xsrf" value="${form.secret}">
<input type="hidden" name="user_code" value="${asked.code}">
<button name="confirm" value="yes" data-testid="confirm">Oui, continuer</button>
<button name="abort" value="yes" class="quiet" data-testid="abort">Non, abandonner</button>
</form>`,
  };
}

export function deviceConnectedPage(application: string): Page {
  return {
    title: 'Votre appareil est connecté',
    content: html`<h1>Votre appareil est connecté</h1>
<p data-testid="message">Vous pouvez retourner sur votre appareil : ${application} vous y attend. Vous pouvez fermer cette page.</p>`,
  };
}
