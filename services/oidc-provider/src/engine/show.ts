import type { Provider } from 'oidc-provider';
import type { Page } from './pages/page.ts';

type Context = Parameters<Parameters<Provider['use']>[0]>[0];

/** Answers a page of ours. */
export function show(ctx: Context, status: number, { body, headers }: Page): void {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body;
}
