import { trusted } from './html.ts';

/** The whole style of the pages: nothing is loaded from elsewhere. */
export const style = trusted(`
:root {
  color-scheme: light dark;
  --ground: #f3f5f8; --surface: #fff; --ink: #16202e; --soft: #4b5a6d; --line: #c9d2dd;
  --accent: #1d4f91; --accent-ink: #fff; --accent-soft: #e8eff8; --alert: #9b1c1c; --alert-soft: #fdecec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10161f; --surface: #19212d; --ink: #eef2f7; --soft: #aab7c7; --line: #3a4858;
    --accent: #8fb8f0; --accent-ink: #0c1420; --accent-soft: #22314a; --alert: #ffb4ab; --alert-soft: #3b2022;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: var(--ground); color: var(--ink);
}
header, footer { padding: 1rem; text-align: center; }
header { padding-top: clamp(1rem, 6vh, 3.5rem); }
.brand { margin: 0; font-weight: 700; letter-spacing: .01em; }
.brand::before {
  content: ""; display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: .2em;
  background: var(--accent);
}
main {
  flex: 0 0 auto; width: min(100% - 2rem, 30rem); margin: 0 auto 1rem; padding: clamp(1.25rem, 5vw, 2.25rem);
  background: var(--surface); border: 1px solid var(--line); border-radius: 1rem;
}
footer { margin-top: auto; color: var(--soft); font-size: .9rem; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.25; text-wrap: balance; }
h2 { margin: 1.5rem 0 .25rem; font-size: 1.1rem; }
p { margin: .75rem 0; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .15em; }
.lead { margin-top: 0; color: var(--soft); }
.means {
  display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.25rem 0; padding: 0; list-style: none;
  border-bottom: 1px solid var(--line);
}
.means li { padding: .5rem 0; margin-bottom: -1px; color: var(--accent); font-weight: 600; border-bottom: 3px solid; }
label { display: block; margin-top: 1rem; font-weight: 600; }
.hint { margin: .1rem 0 .5rem; color: var(--soft); font-size: .925rem; }
input[type=text] {
  width: 100%; min-height: 3rem; padding: .5rem .75rem; font: inherit; font-size: 1.125rem; letter-spacing: .03em;
  color: inherit; background: var(--surface); border: 1px solid var(--soft); border-radius: .5rem;
}
input[aria-invalid=true] { border: 2px solid var(--alert); }
button, .button {
  display: block; width: 100%; min-height: 3rem; margin-top: .75rem; padding: .65rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; border-radius: .5rem;
  border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink);
}
.quiet { background: transparent; color: var(--accent); }
button:hover, .button:hover { filter: brightness(1.08); }
.quiet:hover { background: var(--accent-soft); filter: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.message { margin: 1rem 0; padding: .75rem 1rem; border-radius: .5rem; background: var(--accent-soft); }
.alert { background: var(--alert-soft); border-left: 4px solid var(--alert); }
.alert p { margin: 0; }
.alert button { margin-bottom: .25rem; }
.number {
  margin: 1.25rem 0; padding: .75rem; text-align: center; background: var(--accent-soft); border-radius: .75rem;
  font-size: clamp(3.5rem, 20vw, 5rem); font-weight: 700; line-height: 1.1; letter-spacing: .12em;
  text-indent: .12em; font-variant-numeric: tabular-nums;
}
.code {
  margin: 1.25rem 0; padding: .75rem; text-align: center; background: var(--accent-soft); border-radius: .75rem;
  font-size: clamp(1.5rem, 9vw, 2.25rem); font-weight: 700; letter-spacing: .06em; white-space: nowrap;
}
.steps { margin: .75rem 0; padding-left: 1.4rem; }
.steps li { margin: .35rem 0; }
.cards { margin: 1rem 0; padding: 0; list-style: none; }
.cards li { margin: .75rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: .75rem; }
.cards h2 { margin-top: 0; }
dl { display: grid; grid-template-columns: minmax(5rem, auto) 1fr; gap: .25rem .75rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.status { display: flex; align-items: center; gap: .6rem; margin-bottom: 0; font-weight: 600; }
.status::before {
  content: ""; flex: none; width: .7rem; height: .7rem; border-radius: 50%; background: var(--accent);
  animation: breathe 2.4s ease-in-out infinite;
}
.term { white-space: nowrap; }
details { margin-top: 1.5rem; color: var(--soft); font-size: .9rem; }
summary { cursor: pointer; }
pre { margin: .5rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.aside { color: var(--soft); font-size: .925rem; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
@keyframes breathe { 50% { opacity: .25; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (forced-colors: active) { .brand::before, .status::before { forced-color-adjust: none; } }
`);
