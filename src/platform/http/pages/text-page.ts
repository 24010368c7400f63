import type { Response } from 'express';
import { Markup, markup } from './markup';
import { pageHeaders } from './page';

/** What a page is sent to. */
export type PageResponse = Response;

/** A page for people, of text alone: no script, no image, nothing from elsewhere. */
export interface TextPage {
  readonly status: number;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** One button. The fields go along unseen. */
  readonly form?: {
    readonly action: string;
    readonly label: string;
    readonly fields: Readonly<Record<string, string>>;
  };
}

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.5rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.4rem}p{overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1.2rem;cursor:pointer}' +
  '@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}}';

/**
 * Sends it, never to be kept by anybody on the way. With `no-referrer` browsers would send a form with the origin `null`, so a page
 * with one tells its origin to ourselves.
 */
export function sendTextPage(response: Response, page: TextPage): void {
  response.status(page.status).set(pageHeaders({ style: STYLE }));
  if (page.form) response.setHeader('Referrer-Policy', 'same-origin');
  response.type('html').send(render(page).text);
}

/** Sends the browser on, e.g. to sign in elsewhere; the address it came from is told to nobody. */
export function sendOn(response: Response, url: string): void {
  response.set(pageHeaders({})).redirect(303, url);
}

function render({ title, paragraphs, form }: TextPage): Markup {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · MCTL</title><style>${new Markup(STYLE)}</style></head><body><main>
<h1>${title}</h1>
${paragraphs.map((text) => markup`<p>${text}</p>`)}
${form && renderForm(form)}
</main></body></html>
`;
}

function renderForm({ action, label, fields }: NonNullable<TextPage['form']>): Markup {
  const inputs = Object.entries(fields).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`,
  );
  return markup`<form method="post" action="${action}" autocomplete="off">${inputs}<button>${label}</button></form>`;
}
