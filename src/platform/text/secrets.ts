/** Last words of a variable's name that say its value is a secret. */
const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'pass',
  'secret',
  'token',
  'apikey',
  'credential',
  'credentials',
  'dsn',
]);
const SECRET_KEYS = new Set([
  'api',
  'access',
  'private',
  'secret',
  'encryption',
  'signing',
  'auth',
  'master',
  'license',
  'service',
  'account',
]);

/** Forms that credentials of common issuers have, and passwords inside URLs. */
const CREDENTIAL_FORMS = [
  /\b(ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{16,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)/,
  /:\/\/[^\s/:@]*:[^\s/@]+@/,
];

export const MASK = '[masked]';

/** Whether a variable of this name holds a secret: `DB_PASSWORD`, `stripe.api_key`, `dbPassword`, not `TOKEN_TTL` or `secretName`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
    .toLowerCase()
    .split(/[_.-]+/);
  const last = words.at(-1) ?? '';
  const before = words.at(-2);
  if (SECRET_WORDS.has(last)) return true;
  return /^keys?$/.test(last) && before !== undefined && SECRET_KEYS.has(before);
}

export function looksLikeCredential(text: string): boolean {
  return CREDENTIAL_FORMS.some((form) => form.test(text));
}

/** Hides credentials inside free text, e.g. a log line. */
export function maskCredentials(text: string): string {
  return CREDENTIAL_FORMS.reduce((masked, form) => masked.replace(new RegExp(form, 'g'), MASK), text);
}

/** Variables as they may be shown: values of secret names and credential-like values are masked. */
export function maskEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, isSecretName(name) ? MASK : maskCredentials(value)]),
  );
}
