import { markup, Markup } from './markup';
import { STYLE } from './style';

interface Content {
  /** What the page is for, alone in the title of its tab. */
  readonly title: string;
  readonly body: Markup;
  /** Where the browser is, so that people can compare it with the address they see. */
  readonly origin?: string;
  /** Own path that the browser goes on to by itself. */
  readonly refreshTo?: string;
  /** Ours, without `</script`; the page works without it. */
  readonly script?: string;
}

/** Ours, not a visitor's; there is no `<` in it. */
const STYLE_TEXT = new Markup(STYLE);

/** A padlock. */
const SIGN = markup`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><rect x="4" y="10.5" width="16" height="10.5" rx="2.5"/><path d="M8 10.5V7a4 4 0 0 1 8 0v3.5M12 15v2.5"/></svg>`;

/** The whole document around what a page says. What is confidential stays out of the title: it ends up in a browser's history. */
export function documentOf(content: Content): { document: Markup; style: string; script?: string } {
  const { title, body, origin, refreshTo, script } = content;
  const host = origin === undefined ? undefined : markup`<span>${new URL(origin).host}</span>`;
  const address =
    origin === undefined
      ? undefined
      : markup`<p>Before you enter anything, look at the address bar: it must begin with <code>${origin}/</code></p>`;
  const refresh =
    refreshTo === undefined ? undefined : markup`<meta http-equiv="refresh" content="0; url=${refreshTo}">\n`;
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<title>${title} – MCTL</title>
<style>${STYLE_TEXT}</style>
</head>
<body>
<header>${SIGN}<b>MCTL</b>${host}</header>
<main>
${body}
</main>
<footer>${address}<p>This page runs ${script === undefined ? 'no script' : 'one small script, for its copy buttons'}, loads nothing from elsewhere and is not kept by your browser.</p></footer>
${script === undefined ? undefined : markup`<script>${new Markup(script)}</script>\n`}</body>
</html>
`;
  return { document, style: STYLE, script };
}

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** A moment for people, in UTC: the page does not know where they are. */
export function timeOf(moment: Date): Markup {
  return markup`<time datetime="${moment.toISOString()}">${FORMAT.format(moment)} UTC</time>`;
}
