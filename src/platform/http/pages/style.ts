/** The one style sheet of all pages: system fonts, both colour schemes, readable from 320 pixels on. Its hash is what the page's policy allows. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --sheet: #ffffff; --ink: #1a1d23; --quiet: #565d69; --line: #d8dce3; --edge: #868e9c;
  --accent: #0b5fc0; --accent-ink: #ffffff; --accent-hover: #084a97;
  --calm: #eaf4ee; --calm-ink: #14522d; --calm-line: #a9d2b9;
  --bad: #b3261e; --bad-ground: #fdefee;
  --warn: #fdf5e2; --warn-ink: #5c4300; --warn-line: #e0c786;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121418; --sheet: #1c1f25; --ink: #e9ebef; --quiet: #a7afbc; --line: #343943; --edge: #7b8494;
    --accent: #7db4ff; --accent-ink: #0b1a2e; --accent-hover: #a6ccff;
    --calm: #15291d; --calm-ink: #b5e3c6; --calm-line: #2f5b40;
    --bad: #ffb3ad; --bad-ground: #351816;
    --warn: #2d2410; --warn-ink: #f0d796; --warn-line: #66521f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 2.5rem 1rem; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
}
header, main, footer { max-width: 38rem; margin: 0 auto; }
header { display: flex; align-items: center; gap: .6rem; padding: 0 .25rem 1rem; }
header svg { width: 1.75rem; height: 1.75rem; flex: none; }
header b { font-size: 1.125rem; letter-spacing: .06em; }
header span { color: var(--quiet); overflow-wrap: anywhere; }
main { background: var(--sheet); border: 1px solid var(--line); border-radius: .75rem; padding: 2rem; }
h1 { margin: 0 0 .35rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; }
h2 { margin: 0 0 .35rem; font-size: 1rem; }
p { margin: .5rem 0; }
main > :last-child { margin-bottom: 0; }
.lead { margin: 0 0 1.5rem; color: var(--quiet); }
.lead strong { color: var(--ink); }
code { font: .9375em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 1.25rem 0; padding: 1rem 0;
  border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
dl:last-child { margin-bottom: 0; padding-bottom: 0; border-bottom: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.calm, .bad { margin: 1.25rem 0; padding: .9rem 1.1rem; border: 1px solid; border-radius: .5rem; }
.calm { background: var(--calm); border-color: var(--calm-line); color: var(--calm-ink); }
.bad { background: var(--bad-ground); border-color: var(--bad); color: var(--bad); }
.calm p, .bad p { margin: .25rem 0 0; }
.bad a { color: inherit; }
.bad ul { margin: .35rem 0 0; padding-left: 1.25rem; }
.field { margin: 1.25rem 0; }
label { display: block; margin-bottom: .3rem; font-weight: 600; }
label code { font-weight: 700; }
.command { display: block; margin: .35rem 0 .5rem; color: var(--ink); }
.hint { margin: .1rem 0 .4rem; color: var(--quiet); font-size: .9375rem; }
.problem { margin: .1rem 0 .4rem; color: var(--bad); font-weight: 600; }
input[type='password'], textarea {
  width: 100%; padding: .65rem .75rem; border: 1px solid var(--edge); border-radius: .4rem; background: var(--sheet);
  color: var(--ink); font: 1rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
}
textarea { display: block; min-height: 4.25rem; resize: vertical; -webkit-text-security: disc; }
form:has(#show:checked) textarea { -webkit-text-security: none; }
[aria-invalid='true'] { border-color: var(--bad); border-width: 2px; }
.check { display: flex; gap: .6rem; align-items: baseline; margin: 1.25rem 0; font-weight: 400; }
.check input { width: 1.05rem; height: 1.05rem; margin: 0; position: relative; top: .15rem; flex: none; accent-color: var(--accent); }
button {
  width: 100%; padding: .75rem 1rem; border: 0; border-radius: .4rem; background: var(--accent); color: var(--accent-ink);
  font: inherit; font-weight: 600; cursor: pointer;
}
button:hover { background: var(--accent-hover); }
a.button {
  display: block; padding: .8rem 1rem; border-radius: .4rem; background: var(--accent); color: var(--accent-ink);
  font: 600 1rem/1.3 system-ui, sans-serif; font-family: inherit; text-align: center; text-decoration: none;
}
a.button + a.button { margin-top: .75rem; }
a.button:hover { background: var(--accent-hover); }
button.second { background: var(--sheet); color: var(--accent); box-shadow: inset 0 0 0 1px var(--edge); }
button.second:hover { background: var(--ground); color: var(--accent-hover); }
button.small { width: auto; padding: .3rem .7rem; font-size: .9375rem; }
.quiet { color: var(--quiet); font-size: .9375rem; }
.or { margin: 1rem 0; color: var(--quiet); text-align: center; }
.card { margin: 1rem 0; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: .5rem; }
.choices { display: flex; gap: .75rem; margin: 1.25rem 0; }
.warn { margin: 1.25rem 0; padding: .9rem 1.1rem; border: 1px solid var(--warn-line); border-radius: .5rem; background: var(--warn); color: var(--warn-ink); }
.warn p { margin: .25rem 0 0; }
.grants { margin: .5rem 0 1.25rem; padding-left: 1.25rem; }
.new { padding: .05rem .45rem; border-radius: .3rem; background: var(--calm); color: var(--calm-ink); font-size: .875rem; font-weight: 600; }
a { color: var(--accent); }
section { margin-top: 2rem; }
section.card { margin-top: 1rem; }
h3 { display: inline; margin: 0; font-size: 1rem; font-weight: 600; }
details { margin: 0; border-top: 1px solid var(--line); }
details:last-of-type { border-bottom: 1px solid var(--line); }
summary { padding: .7rem .25rem; cursor: pointer; }
details > :last-child { margin-bottom: 1.25rem; }
figure { margin: .75rem 0; border: 1px solid var(--line); border-radius: .4rem; background: var(--ground); }
figcaption { display: flex; gap: .75rem; justify-content: space-between; align-items: center; min-height: 2.75rem; padding: .35rem .5rem .35rem .8rem;
  border-bottom: 1px solid var(--line); color: var(--quiet); font-size: .9375rem; }
figcaption span { overflow-wrap: anywhere; }
pre { margin: 0; padding: .7rem .8rem; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }
figure pre { user-select: all; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; margin: 1.25rem 0; }
th { text-align: left; font-weight: 400; color: var(--quiet); }
th, td { padding: .5rem .5rem .5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:last-child, th:last-child { text-align: right; padding-right: 0; white-space: nowrap; }
footer { padding: 1rem .25rem 0; color: var(--quiet); font-size: .875rem; }
footer p { margin: .25rem 0; }
@media (max-width: 32rem) {
  body { padding: 1.25rem .75rem; }
  main { padding: 1.25rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
  dd:last-child { margin-bottom: 0; }
}
`;
