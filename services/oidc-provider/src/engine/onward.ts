import { trusted } from '@psc/pages';
import type { Provider } from 'oidc-provider';
import { onwardPage } from './pages/onward-page.ts';
import { show } from './show.ts';

/** The library's own page that posts a form by itself: an answer by form_post, a code that came in an address. */
const LIBRARY_PAGE =
  /<title>Submitting Callback<\/title>[\s\S]*<form method="post" action="([^"]*)">([\s\S]*?)<noscript>/;

/** Gives our look and language to the one page of the library that cannot be configured. What is in its form stays. */
export const showOnwardPage: Parameters<Provider['use']>[0] = async (ctx, next) => {
  await next();
  if (typeof ctx.body !== 'string') return;
  const [, action, fields] = LIBRARY_PAGE.exec(ctx.body) ?? [];
  // Both are markup that the library escaped.
  if (action !== undefined && fields !== undefined)
    show(ctx, ctx.status, onwardPage(trusted(action), trusted(fields)));
};
