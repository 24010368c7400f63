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
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /:\/\/[^\s/:@]*:[^\s/@]+@/,
];

export const MASK = '[masked]';

/** Whether a variable of this name holds a secret: `DB_PASSWORD`, `stripe.api_key`, not `TOKEN_TTL` or `secretName`. */
export function isSecretName(name: string): boolean {
  const words = name.toLowerCase().split(/[_.-]+/);
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

/** YAML as it may be shown: the values of keys with secret names and everything that looks like a credential are masked. */
export function maskYaml(text: string): string {
  const lines = text.split('\n').map((line) => {
    const pair = /^(\s*(?:- )?["']?([A-Za-z0-9_.-]+)["']?\s*:\s+)(?![&*{[|>]|$)(.+?)(\r?)$/.exec(line);
    return pair && isSecretName(pair[2] ?? '') ? `${pair[1]}${MASK}${pair[4]}` : line;
  });
  return maskCredentials(lines.join('\n'));
}
