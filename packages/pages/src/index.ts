export { type Html, html, trusted } from './html.ts';
export { type Page, type RenderedPage, renderPage } from './page.ts';
