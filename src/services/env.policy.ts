import { InvalidInput } from '../platform/errors';
import { isSecretName, looksLikeCredential } from '../platform/text/secrets';

/** Values that say whether, not what: `REQUIRE_TOKEN=true` is no secret. */
const HARMLESS = new Set(['', 'true', 'false']);

/**
 * Plain variables end up in git for everybody who may read it.
 * @throws InvalidInput `secret_in_env` for the first that seems to hold a secret; never repeats the value.
 */
export function refuseSecretsInEnv(env: Readonly<Record<string, string | null>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === null || HARMLESS.has(value.toLowerCase())) continue;
    const byName = isSecretName(name);
    if (byName || looksLikeCredential(value)) throw secretInEnv(name, byName);
  }
}

function secretInEnv(name: string, byName: boolean): InvalidInput {
  const why = byName ? 'is named like a secret' : 'has a value that looks like a credential';
  return new InvalidInput(`The plain variable ${name} ${why}; plain variables are kept in git for ever.`, {
    code: 'secret_in_env',
    field: `env.${name}`,
    expected: 'a value that everybody who can read the repository may see',
    fix: `Leave env.${name} out and name it in secret_names; a value that was a real secret has left its place, so revoke it.`,
  });
}
