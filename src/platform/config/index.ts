export * from './config';
export * from './config.module';
export * from './current-settings';
export * from './duration';
export * from './env-example';
export * from './environment';
export {
  DEFAULT_PROFILES,
  PROFILE_NAMES,
  type ProfileName,
  type ResourceProfile,
  type ResourceProfiles,
} from './resource-profiles';
