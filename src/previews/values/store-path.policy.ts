/** A path of the secret store as a preview may read it, or why it may not. */
export type Scoped = { readonly path: string } | { readonly because: string };

/** No dot segments, no empty ones: `teams/billing/../platform` would be another place for the store than for us. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/**
 * Moves a path into the scope of previews: `teams/{team}/{service}/x` becomes `teams/{team}/{service}/preview/x`. The preview
 * namespace's role in the store reads `teams/{team}/+/preview` and below, nothing else.
 */
export function toPreviewScope(path: string, team: string): Scoped {
  const segments = path.split('/');
  if (!segments.every((segment) => SEGMENT.test(segment))) return { because: 'is no plain path of the secret store' };
  const [root = '', owner, service, scope] = segments;
  if (root === 'platform') return { because: 'is a path of the platform' };
  if (root !== 'teams') return { because: `starts with ${root}/, which has no preview scope` };
  if (owner !== team) return { because: 'is a path of another team' };
  if (service === undefined) return { because: 'names no service' };
  if (scope === 'preview') return { path };
  return { path: ['teams', team, service, 'preview', ...segments.slice(3)].join('/') };
}

const TEAM_PATH = /(?<![A-Za-z0-9_.-])teams\/+([A-Za-z0-9._-]+)(?:\/+([A-Za-z0-9._-]+))?(?:\/+([A-Za-z0-9._-]+))?/g;
/** Beginnings of addresses in a KV store (Vault), and of the platform's own paths. `/etc/secret/x` and `ghcr.io/platform/x` are none. */
const MOUNT =
  /^platform\/+|(?:^|[\s"'=:,])secret\/+(?:(?:data|metadata)\/+)?|(?<![A-Za-z0-9_.-])secret\/+(?:data|metadata)\/+/;

/** The first thing inside any text that is a path of the secret store outside of the preview scope. */
export function storePathIn(text: string, team: string, isTeam: (name: string) => boolean): string | undefined {
  const found = [...text.matchAll(TEAM_PATH)].find(([, owner = '', , scope]) => {
    if (owner === team && scope === 'preview') return /\/\.\.?(\/|$)/.test(text);
    return owner === team || isTeam(owner) || MOUNT.test(text);
  });
  if (found) return found[0];
  const mounted = MOUNT.exec(text);
  return mounted && !/^teams\//.test(text.slice(mounted.index + mounted[0].length)) ? mounted[0] : undefined;
}
