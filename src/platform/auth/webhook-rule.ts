import type { SettingValues } from '../config/settings';

/** Names of the settings that hold the path of a file with a secret. */
type SecretFile = {
  [Key in keyof SettingValues]: Key extends `${string}SecretFile` ? Key : never;
}[keyof SettingValues];

/**
 * A route that programs call on their own, without a person behind them. They prove that they know a secret, before anything of what
 * they sent is looked at; no file in the setting = the route is closed.
 */
export interface WebhookRule {
  /** In logs and limits, e.g. `alertmanager`. */
  readonly webhook: string;
  /** `bearer`: the secret itself in `Authorization`. The others: an HMAC over the body's bytes, in a header of GitHub's name or of ours. */
  readonly proof: 'bearer' | keyof typeof SIGNATURE_HEADERS;
  readonly secretFile: SecretFile;
}

/** Headers with `sha256=` and an HMAC-SHA256 in hex. */
export const SIGNATURE_HEADERS = {
  'hub-signature': 'x-hub-signature-256',
  'mctl-signature': 'x-mctl-signature',
} as const;
