/**
 * What a token of our own authorisation server may be given for. Scopes bound a token; roles decide on top of them, and tokens of other
 * kinds have no bounds. The coarse ones come first, each holding the one before; the others open one part of the platform each.
 */
export const SCOPES = {
  'platform:read': 'See everything that your roles let you see, but logs.',
  'platform:write': 'All that changes something and destroys nothing, and all that reads.',
  'platform:destroy': 'Everything that your roles let you do.',
  'logs:read': 'Read logs of services.',
  'service:deploy': 'Deploy services and previews, and roll back.',
  'service:config': 'Scale services and change their resources.',
  'service:delete': 'Retire services and delete previews.',
  'db:create': 'Provision databases.',
  'domain:write': 'Add and remove custom domains.',
  'secret:write': 'Enter values of secrets.',
  'incident:ack': 'Acknowledge and resolve incidents.',
  'repo:access': 'Connect repositories.',
  'tenant:admin': 'Create and delete teams.',
} as const;
export type Scope = keyof typeof SCOPES;
