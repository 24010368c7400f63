import { type PageResponse, sendTextPage } from '../platform/http/pages';
import { pageOf, type ShownOutcome } from './setup.pages';

const wish = { team: 'billing', repo: 'acme/api', asker: '<img src=x onerror=alert(1)>' };

/** What a browser would get. */
function sent(outcome: ShownOutcome) {
  const headers: Record<string, string> = {};
  let [status, html] = [0, ''];
  const response = {
    status: (code: number) => ((status = code), response),
    set: (all: Record<string, string>) => {
      for (const [name, value] of Object.entries(all)) headers[name.toLowerCase()] = value;
      return response;
    },
    setHeader: (name: string, value: string) => ((headers[name.toLowerCase()] = value), response),
    type: () => response,
    send: (text: string) => void (html = text),
  };
  sendTextPage(response as unknown as PageResponse, pageOf(outcome));
  return { status, html, headers };
}

const QUESTION: ShownOutcome = { kind: 'question', wish, login: 'o"c\'t&o', token: 't"o>k' };
const OUTCOMES: ShownOutcome[] = [
  QUESTION,
  { kind: 'invalid' },
  { kind: 'declined' },
  { kind: 'failed', why: '<b>why</b>' },
  { kind: 'agreed', wish },
  ...(['not_installed', 'not_included', 'suspended', 'not_admin'] as const).map((kind) => ({ kind, wish, login: 'x' })),
];

it.each(OUTCOMES)('$kind is a page of escaped text that loads nothing and is kept by nobody', (outcome) => {
  const { html, headers } = sent(outcome);
  expect(html).not.toMatch(/<(img|b|script|a|link|iframe)\b/i);
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
});

it('asks who may get what, in whose name, and by whom it was asked', () => {
  const { status, html, headers } = sent(QUESTION);
  expect(status).toBe(200);
  expect(html).toContain('<h1>May the team billing use acme/api?</h1>');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; asked for it');
  expect(html).toContain('You are o&quot;c&#39;t&amp;o at GitHub');
  expect(html).toContain('<form method="post" action="/github/agree"');
  expect(html).toContain('value="t&quot;o&gt;k"');
  expect(headers['content-security-policy']).toContain("form-action 'self'");
  expect(headers['referrer-policy']).toBe('same-origin');
});

it('has a form nowhere else', () => {
  for (const outcome of OUTCOMES.slice(1)) {
    const { html, headers } = sent(outcome);
    expect(html).not.toContain('<form');
    expect(headers['content-security-policy']).toContain("form-action 'self'");
    expect(headers['referrer-policy']).toBe('no-referrer');
  }
});

it('says in every refusal that nothing was given, and what to do', () => {
  for (const outcome of OUTCOMES.slice(5)) {
    const { status, html } = sent(outcome);
    expect(status).toBe(409);
    expect(html).toContain('No access was given');
    expect(html).toContain('Ask your assistant for a new link');
  }
});
