const URL_USERINFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*@/gi;
const AUTHORIZATION = /(authorization:\s*(?:basic|bearer|token)?\s*)[^\s'"]+/gi;

/** Removes credentials from text that git printed: user info in URLs, Authorization headers, and the given secrets. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const forms = secrets.flatMap(spellings).sort((a, b) => b.length - a.length);
  const withoutSecrets = forms.reduce((rest, form) => rest.replaceAll(form, '***'), text);
  return withoutSecrets.replace(URL_USERINFO, '$1***@').replace(AUTHORIZATION, '$1***');
}

function spellings(secret: string): string[] {
  if (secret === '') return [];
  const base64 = Buffer.from(secret).toString('base64');
  return [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, ''), encodeURIComponent(base64)];
}
