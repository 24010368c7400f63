import { createHash, randomBytes } from 'node:crypto';

/** What a person's browser does, without the person: cookies, redirects of our own site, forms. It stops where a redirect leads elsewhere. */
export class Visitor {
  readonly cookies = new Map<string, { value: string; path: string }>();
  /** Those for a part of the site, of which there can be several with one name: one per tab. */
  private readonly scoped = new Map<string, { name: string; value: string; path: string }>();
  /** Every `Set-Cookie` that came. */
  readonly setCookies: string[] = [];

  /** @param others origins that redirects are followed to as well. */
  constructor(
    readonly site: string,
    readonly others: readonly string[] = [],
  ) {}

  get(path: string): Promise<Visit> {
    return this.go(new URL(path, this.site), { method: 'GET' });
  }

  /** Sends a form of this page, with what it holds already and what is added. */
  async send(page: Visit, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Visit> {
    const form = page.form(Object.keys(fields));
    return this.go(new URL(form.action || page.url, page.url), {
      method: 'POST',
      body: new URLSearchParams({ ...form.fields, ...fields }).toString(),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Sec-Fetch-Site': 'same-origin',
        Origin: 'null',
        ...headers,
      },
    });
  }

  async go(start: URL, init: RequestInit): Promise<Visit> {
    let [url, request] = [start, init];
    for (let hop = 0; hop < 15; hop++) {
      const headers = { ...(request.headers as Record<string, string>), Cookie: this.header(url) };
      const response = await fetch(url, { ...request, headers, redirect: 'manual' });
      for (const cookie of response.headers.getSetCookie()) this.keep(cookie, url);
      const location = response.headers.get('location');
      if (location === null) return new Visit(url, response.status, response.headers, await response.text());
      const next = new URL(location, url);
      if (![this.site, ...this.others].some((each) => new URL(each).origin === next.origin)) {
        return new Visit(next, response.status, response.headers, '');
      }
      [url, request] = [next, { method: 'GET' }];
    }
    throw new Error('too many redirects');
  }

  private header({ pathname }: URL): string {
    const own = [...this.cookies].map(([name, cookie]) => ({ name, ...cookie }));
    const isOther = ({ name, path }: { name: string; path: string }) => this.cookies.get(name)?.path !== path;
    const fitting = [...own, ...[...this.scoped.values()].filter(isOther)].filter(
      ({ path }) => pathname === path || pathname.startsWith(path.replace(/\/?$/, '/')) || path === '/',
    );
    // RFC 6265 §5.4: longer paths first.
    fitting.sort((a, b) => b.path.length - a.path.length);
    return fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  private keep(line: string, url: URL): void {
    this.setCookies.push(line);
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const attribute = (key: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const expires = attribute('expires');
    const path = attribute('path') ?? url.pathname;
    if (value === '' || (expires !== undefined && Date.parse(expires) <= 1_000)) {
      if (this.cookies.get(name)?.path === path) this.cookies.delete(name);
      this.scoped.delete(`${name} ${path}`);
    } else {
      this.cookies.set(name, { value, path });
      if (path !== '/') this.scoped.set(`${name} ${path}`, { name, value, path });
    }
  }
}

/** Where a visitor has arrived. */
export class Visit {
  constructor(
    readonly url: URL,
    readonly status: number,
    readonly headers: Headers,
    readonly text: string,
  ) {}

  /** The first form that has fields or buttons of these names. */
  form(names: readonly string[]): { action: string; fields: Record<string, string> } {
    const forms = this.text
      .split('<form')
      .slice(1)
      .map((text) => {
        const inside = text.split('</form>')[0] ?? '';
        return {
          action: unescape(/^[^>]*action="([^"]*)"/.exec(inside)?.[1] ?? ''),
          inside,
          fields: hiddenFields(inside),
        };
      });
    const found = forms.find(({ inside }) => names.every((name) => inside.includes(`name="${name}"`)));
    if (!found) {
      throw new Error(
        `no form with ${names.join(', ')} at ${this.url.href}: ${this.status} ${this.text.slice(0, 2_000)}`,
      );
    }
    return found;
  }
}

/**
 * What an authorisation was refused for, wherever that is told: in the answer to the client, which is in the fragment for who asks for
 * something else than a code (OAuth 2.0 Multiple Response Types §5), or in the link of the page that holds it back.
 */
export function refusalOf({ url, text }: Visit): string | null {
  const link = /<a href="([^"]*)" rel="noreferrer">/.exec(text)?.[1];
  const { searchParams, hash } = link === undefined ? url : new URL(unescape(link));
  return searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error');
}

function hiddenFields(form: string): Record<string, string> {
  const fields = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map((field) => [field[1] ?? '', unescape(field[2] ?? '')]));
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
