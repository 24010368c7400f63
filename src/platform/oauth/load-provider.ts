import type * as OidcProvider from 'oidc-provider';

type Library = typeof OidcProvider;

let library: Promise<Library> | undefined;

/**
 * `oidc-provider`, loaded when the first client asks for it: 0.3 s and some 30 MB that a server without OAuth clients never pays.
 * It is made for Node 22; of what Node 20 lacks it uses one function of the URL standard, which is added here.
 */
export function loadProvider(): Promise<Library> {
  return (library ??= load());
}

async function load(): Promise<Library> {
  addUrlParse();
  const { console } = globalThis;
  const { warn } = console;
  // It writes to standard error that Node 20 is too old. Our log there is JSON, line by line.
  console.warn = () => undefined;
  try {
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
    holdBackOneWarning(console);
  }
}

/**
 * At its first client metadata document the library warns, once and in plain text, that it cannot watch what `fetch` connects to here.
 * It does not have to: the function that it fetches with is ours, and asks no private address (`PublicFetch`).
 */
export function holdBackOneWarning(output: Pick<Console, 'warn'>): void {
  const warn = output.warn.bind(output);
  const before = output.warn;
  output.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('failed to setup SSRF protection for fetch')) {
      warn(...words);
      return;
    }
    output.warn = before;
  };
}

/** https://url.spec.whatwg.org/#dom-url-parse, in Node since 22.1. */
function addUrlParse(): void {
  if ('parse' in URL) return;
  const parse = (url: string, base?: string): URL | null => (URL.canParse(url, base) ? new URL(url, base) : null);
  Object.defineProperty(URL, 'parse', { value: parse, configurable: true, writable: true });
}
