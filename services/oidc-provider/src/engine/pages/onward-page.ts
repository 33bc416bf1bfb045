import { type Html, html, type Page, trusted } from '@psc/pages';

const submit = trusted('document.forms[0].submit()');

/** Carries the fields of a form on by itself; without JavaScript, the person sends it. */
export function onwardPage(action: Html, fields: Html): Page {
  return {
    title: 'Un instant',
    content: html`<h1>Un instant…</h1>
<p>Si rien ne se passe, cliquez sur « Continuer ».</p>
<form method="post" action="${action}">
${fields}
<button>Continuer</button>
</form>`,
    script: submit,
  };
}
