import type { Layout } from '../gitops/layout';
import { previewParts } from '../gitops/preview-file';
import type { Owner } from './owned-application';

/** Whose Applications a commit changes, by the paths of the ApplicationSets (seed/argocd/applicationsets). Pure; sorted, each once. */
export function affectedBy(layout: Pick<Layout, 'under'>, paths: readonly string[]): Owner[] {
  const root = layout.under('');
  const owners = paths.flatMap((path) => (path.startsWith(root) ? ownerOf(path.slice(root.length)) : []));
  return [...new Map(owners.map((owner) => [JSON.stringify(owner), owner])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, owner]) => owner);
}

function ownerOf(path: string): Owner[] {
  const [kind, team = '', folder, ...rest] = path.split('/');
  // A file beside the folders is no Application: ApplicationSets look for directories.
  if (folder === undefined) return [];
  if (kind === 'tenants') return [{ team }];
  if (kind === 'databases') return [{ team, part: 'databases' }];
  if (rest.length === 0) return [];
  if (kind === 'services') return [{ team, service: folder }];
  const parts = kind === 'previews' ? previewParts(folder) : undefined;
  return parts ? [{ team, service: parts.service, preview: parts.id }] : [];
}
