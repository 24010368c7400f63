import { Conflict, NotFound } from '../platform/errors';
import { type Preview, type PreviewKey, previewParts, type Tenant, type World } from '../platform/gitops';
import type { Warning } from '../platform/operations/plan';
import { checkRoom } from '../services';
import { namespaceOf } from './preview-names.policy';

/** @throws NotFound; Conflict `previews_disabled` where the team has no preview namespace. */
export function requirePreviews(world: World, team: string): Tenant {
  const tenant = world.tenant(team);
  if (!tenant) throw new NotFound(`There is no team ${team}.`, { code: 'team_not_found', field: 'team', got: team });
  if (tenant.preview.enabled) return tenant;
  throw new Conflict(`Team ${team} has no previews.`, {
    code: 'previews_disabled',
    field: 'team',
    got: team,
    fix: `Set tenant.preview.enabled: true in ${world.layout.tenantFile(team)}; chart tenant then makes namespace ${namespaceOf(team)}.`,
  });
}

/** The previews of a team that can be read, and how many others there are. */
export function previewsIn(world: World, team: string): { previews: Preview[]; unreadable: number } {
  const previews: Preview[] = [];
  let unreadable = 0;
  for (const folder of world.previewNames(team)) {
    const preview = readable(world, team, folder);
    if (preview) previews.push(preview);
    else unreadable += 1;
  }
  return { previews, unreadable };
}

function readable(world: World, team: string, folder: string): Preview | undefined {
  const parts = previewParts(folder);
  try {
    return parts && world.preview(team, parts.service, parts.id);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
}

/** @throws Conflict `preview_limit` where the team has as many previews as one may have, expired ones included: they still run. */
export function requireFewer(world: World, team: string): void {
  const { previewsPerTeam: most = Infinity } = world.platform;
  const names = world.previewNames(team);
  if (names.length < most) return;
  const next = nextToGo(previewsIn(world, team).previews);
  const wait =
    next === undefined ? '' : `, or wait until ${next.name}-${next.id} expires at ${next.expiresAt?.toISOString()}`;
  throw new Conflict(`Team ${team} has ${names.length} previews, and ${most} is the most there may be.`, {
    code: 'preview_limit',
    field: 'team',
    got: String(names.length),
    expected: `fewer than ${most} previews (MCTL_PREVIEWS_PER_TEAM)`,
    details: { previews: names.slice(0, 50), limit: most },
    fix: `Delete one with mctl_delete_preview${wait}.`,
  });
}

function nextToGo(previews: readonly Preview[]): Preview | undefined {
  const mortal = previews.filter(({ expiresAt }) => expiresAt !== undefined);
  return mortal.sort((a, b) => Number(a.expiresAt) - Number(b.expiresAt))[0];
}

/**
 * Whether the quota of the preview namespace has room for one that is new.
 * @returns warnings for what could not be counted.
 * @throws Conflict `quota_exceeded` with the numbers.
 */
export function checkPreviewQuota(after: World, tenant: Tenant, { team, service, id }: PreviewKey): Warning[] {
  const preview = after.preview(team, service, id);
  if (!preview) return [];
  const neighbours = () => {
    const { previews, unreadable } = previewsIn(after, team);
    return { others: previews.filter((other) => other.name !== service || other.id !== id), unreadable };
  };
  const fix =
    'Delete another preview with mctl_delete_preview, or have tenant.preview.quotas raised in the team’s file.';
  return checkRoom({ owner: namespaceOf(team), service: preview, neighbours, quotas: tenant.preview.quotas, fix });
}
