import { type Page, renderPage } from '@psc/pages';
import type { Provider } from 'oidc-provider';

type Context = Parameters<Parameters<Provider['use']>[0]>[0];

/** Answers a page of ours. */
export function show(ctx: Context, status: number, page: Page): void {
  const { body, headers } = renderPage(page);
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
