import { pageHeaders } from '../platform/http/pages';
import { pageOf } from './setup.pages';
import type { SetupOutcome } from './setup.service';

const wish = { team: 'billing', repo: 'acme/api', asker: '<img src=x onerror=alert(1)>' };

/** What a browser would get. */
function sent(outcome: SetupOutcome) {
  const page = pageOf(outcome);
  return { status: page.status, html: page.document?.text ?? '', headers: pageHeaders(page) };
}

const QUESTION: SetupOutcome = { kind: 'question', wish, login: 'o"c\'t&o', token: 't"o>k' };
const OUTCOMES: SetupOutcome[] = [
  QUESTION,
  { kind: 'invalid' },
  { kind: 'declined' },
  { kind: 'failed', why: '<i>why</i>' },
  { kind: 'agreed', wish },
  ...(['not_installed', 'not_included', 'suspended', 'not_admin'] as const).map((kind) => ({ kind, wish, login: 'x' })),
];

it.each(OUTCOMES)('$kind is a page of escaped text that loads nothing and is kept by nobody', (outcome) => {
  const { html, headers } = sent(outcome);
  expect(html).not.toMatch(/<(img|i|script|a|link|iframe)\b/i);
  expect(headers['Cache-Control']).toBe('no-store');
  expect(headers['Content-Security-Policy']).toContain("default-src 'none'");
  expect(headers['Content-Security-Policy']).toContain("frame-ancestors 'none'");
});

it('asks who may get what, in whose name, and by whom it was asked', () => {
  const { status, html, headers } = sent(QUESTION);
  expect(status).toBe(200);
  expect(html).toContain('<h1>May the team billing use acme/api?</h1>');
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; asked for it');
  expect(html).toContain('You are o&quot;c&#39;t&amp;o at GitHub');
  expect(html).toContain('<form method="post" action="/github/agree"');
  expect(html).toContain('value="t&quot;o&gt;k"');
  expect(headers['Content-Security-Policy']).toContain("form-action 'self'");
  expect(headers['Referrer-Policy']).toBe('same-origin');
});

it('has a form nowhere else', () => {
  for (const outcome of OUTCOMES.slice(1)) {
    const { html, headers } = sent(outcome);
    expect(html).not.toContain('<form');
    expect(headers['Content-Security-Policy']).toContain("form-action 'self'");
    expect(headers['Referrer-Policy']).toBe('no-referrer');
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

it('sends the browser on without telling anybody where it was', () => {
  const url = 'https://github.com/login/oauth/authorize?state=s';
  const { html, headers } = sent({ kind: 'authorize', url });
  expect(pageOf({ kind: 'authorize', url })).toEqual({ status: 303, location: url });
  expect([html, headers['Referrer-Policy']]).toEqual(['', 'no-referrer']);
});
