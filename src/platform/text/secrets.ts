/** Words that make a name that of a secret, wherever they stand in it. */
const SECRET_WORDS =
  'password passwords passwd passphrase pwd pass passcode secret secrets token apikey credential credentials creds dsn pat';
/** Endings of words that were written together, e.g. `PGPASSWORD`, `AUTHTOKEN`. */
const SECRET_ENDING = /.(?:password|passwd|passphrase|secret|token|apikey)$/;
/** A key is a secret where one of these is told of it: `API_KEY`, not `CACHE_KEY`. */
const KEY_OWNERS =
  'access account admin anthropic api app auth aws azure bot client consumer cookie datadog deploy encryption gcp github gitlab google gpg hmac jwt license master openai pgp private rsa secret sendgrid service session signing ssh ssl stripe tls twilio webhook';
/** Last words that say something about a secret instead of being one. */
const ABOUT =
  'algorithm audience bytes class count days enabled endpoint env expiration expires expiry file format header hours id issuer kind length limit lifetime max method min minutes mode name names path policy port prefix provider ref regex required rounds seconds size store type ttl url user username validity version';

const secretWords = new Set(SECRET_WORDS.split(' '));
const keyOwners = new Set(KEY_OWNERS.split(' '));
const about = new Set(ABOUT.split(' '));

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
  /:\/\/[^\s/:@]*:(?!\d{1,5}\/)[^\s@]+@/,
  /(?:^|[?&;\s])(?:password|passwd|pwd|secret|token|api_?key|access_?key)=[^\s&;]{4,}/i,
  /\bhooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/]{12,}/,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[A-Za-z0-9_-]{16,}/,
];

export const MASK = '[masked]';

/** Whether a variable of this name holds a secret: `DB_PASSWORD`, `stripe.api_key`, `dbPassword`, not `TOKEN_TTL` or `secretName`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
    .toLowerCase()
    .split(/[_.-]+/);
  const last = words.at(-1) ?? '';
  if (about.has(last)) return false;
  const isSecret = (word: string): boolean => secretWords.has(word) || SECRET_ENDING.test(word);
  if (words.some(isSecret)) return true;
  return /^keys?$/.test(last) && words.slice(0, -1).some((word) => keyOwners.has(word));
}

export function looksLikeCredential(text: string): boolean {
  return CREDENTIAL_FORMS.some((form) => form.test(text));
}

/** Hides credentials inside free text, e.g. a log line. */
export function maskCredentials(text: string): string {
  return CREDENTIAL_FORMS.reduce((masked, form) => masked.replace(new RegExp(form, 'g'), MASK), text);
}
