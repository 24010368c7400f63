/** Patterns, with the words that explain them, and defaults of the services' arguments (tool contract). */

export const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
export const ENV_NAME_RULE = 'a variable name of letters, digits and underscores that does not start with a digit';

/** Repository of an OCI reference: registry host with an optional port, then lower-case path components; no tag, no digest. */
export const IMAGE_PATTERN =
  /^(?:[a-z0-9]+(?:(?:\.|-+)[a-z0-9]+)*(?::[0-9]{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
export const IMAGE_RULE = 'an image in lower case without tag, e.g. ghcr.io/acme/api (the tag goes into image_tag)';

export const ACTIONS = ['onboard', 'deploy', 'update-config'] as const;

/** What leaving the argument out means for a new service; a change keeps what is there. */
export const ONBOARD_DEFAULTS = {
  type: 'web',
  dockerfile_path: 'Dockerfile',
  port: 8080,
  health_check_path: '/healthz',
  template: 'default',
} as const;

/** Of images and of git: what a registry takes, too (OCI distribution specification, "tag"). */
export const TAG_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
