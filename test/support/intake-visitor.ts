import { request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

type Headers = Readonly<Record<string, string | undefined>>;

/** A browser without a screen: it keeps cookies, fills in the form that it was shown, and says of its requests what browsers say. */
export class IntakeVisitor {
  cookies = new Map<string, string>();
  /** The page that was shown last. */
  page = '';

  constructor(
    readonly link: string,
    /** On top of every request; undefined takes a header away. */
    private readonly headers: Headers = {},
  ) {}

  async open(): Promise<Reply> {
    return this.send('GET', undefined, { 'sec-fetch-site': 'none' });
  }

  /** Sends the token as the page's own form would. */
  signIn(credential: string, headers: Headers = {}): Promise<Reply> {
    return this.submit({ credential }, headers);
  }

  /** Opens the page, signs in and opens it again. */
  async enter(credential: string): Promise<Reply> {
    await this.open();
    await this.signIn(credential);
    return this.open();
  }

  /** Sends the form of the page that was shown last, with its hidden fields. */
  submit(fields: Record<string, string>, headers: Headers = {}): Promise<Reply> {
    const body = new URLSearchParams({ ...this.hidden(), ...fields }).toString();
    const own = {
      'sec-fetch-site': 'same-origin',
      origin: 'null',
      'content-type': 'application/x-www-form-urlencoded',
    };
    return this.send('POST', body, { ...own, ...headers });
  }

  /** Values for the fields of the page, in the order of its names. */
  store(values: readonly string[], headers: Headers = {}): Promise<Reply> {
    return this.submit(Object.fromEntries(values.map((value, index) => [`secret-${index}`, value])), headers);
  }

  hidden(): Record<string, string> {
    const fields = [...this.page.matchAll(/<input type="hidden" name="([a-z]+)" value="([^"]*)">/g)];
    return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]));
  }

  private send(method: string, body: string | undefined, headers: Headers): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') || undefined;
    const length = body === undefined ? undefined : String(Buffer.byteLength(body));
    const all = Object.entries({ cookie, 'content-length': length, ...this.headers, ...headers });
    const given = Object.fromEntries(all.filter((each): each is [string, string] => each[1] !== undefined));
    return new Promise((resolve, reject) => {
      const call = request(this.link, { method, headers: given, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          for (const set of response.headers['set-cookie'] ?? []) this.keep(set);
          if (text !== '') this.page = text;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  private keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    this.cookies.set(name, value);
  }
}
