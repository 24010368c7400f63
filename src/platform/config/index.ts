export * from './config';
export * from './config.module';
export * from './current-settings';
export * from './duration';
export * from './env-example';
export * from './environment';
export { tracesUrl } from './tracing-settings';
export type { CiRule, RegisteredClient } from './oauth-clients';
export type { SignInWay } from './oauth-rules';
export type { OidcIssuerSettings } from './oidc-issuers';
export {
  DEFAULT_PROFILES,
  PROFILE_NAMES,
  type ProfileName,
  type ResourceProfile,
  type ResourceProfiles,
} from './resource-profiles';
export { DATABASE_DEFAULTS, DEFAULT_EXTENSIONS } from './database-defaults';
export { postgresUrlProblem } from './postgres-url';
export type { SettingValues } from './settings';
export { SETTINGS } from './settings';
export { isElsewhere, isInClear, tokenCommand } from './token-command';
export { isLoopback } from './identity-rules';
