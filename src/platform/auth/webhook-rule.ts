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
  /** `bearer`: the secret itself in `Authorization`. `hub-signature`: `X-Hub-Signature-256`, an HMAC over the body's bytes. */
  readonly proof: 'bearer' | 'hub-signature';
  readonly secretFile: SecretFile;
}
