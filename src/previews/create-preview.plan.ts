import { Conflict } from '../platform/errors';
import { editFile, type PreviewKey, type Service, type World } from '../platform/gitops';
import { parseYaml } from '../platform/gitops/yaml';
import type { PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan } from '../platform/operations/plan';
import { requireService, textOf } from '../services';
import { freeId, namespaceOf, previewHost, requireHostFits } from './preview-names.policy';
import { checkPreviewQuota, requireFewer, requirePreviews } from './preview-room.policy';
import { digestToPreview, refuseOtherImage, tagToPreview } from './preview-source.policy';
import type { CreatePreviewInput } from './previews.dto';
import { previewValues } from './values/preview-values';

const HOUR_MS = 3_600_000;

type Context = PlanContext<CreatePreviewInput, undefined>;

/** One new file: the service's values at this head, moved out of production (see `previewValues`). */
export function planCreate({ actor, input, world, now, done }: Context): Plan {
  const { team, service: name, ttl_hours: hours } = input;
  const tenant = requirePreviews(world, team);
  const service = requireService(world, team, name);
  const imageTag = tagToPreview(input, world.platform);
  requireRepository(service);
  refuseOtherImage(input, world.platform, service.imageRepository);
  const digest = digestToPreview(done, service.imageRepository);
  requireHostFits(team, name);
  requireFewer(world, team);
  const call = { imageTag, by: actor.login, at: now.toISOString(), request: actor.via?.requestId ?? '' };
  const key = { team, service: name, id: freeId(world, team, name, call) };
  const expiresAt = new Date(now.getTime() + hours * HOUR_MS);
  const made = preview(world, service, key, { imageTag, digest, createdAt: now, expiresAt, requestedBy: actor.login });
  const path = world.layout.previewFile(team, name, key.id);
  const after = world.with([{ path, content: made.text }]);
  const image = `${service.imageRepository}:${imageTag}${digest === undefined ? '' : `@${digest}`}`;
  const url = reachable(after, key) ? `https://${previewHost(world, key)}` : null;
  return {
    changes: [{ path, content: made.text }],
    subject: `preview(${team}/${name}): ${imageTag} as ${key.id}`,
    summary: `Preview ${key.id} of ${team}/${name} runs ${image} in namespace ${namespaceOf(team)}${url ? ` at ${url}` : ''} until ${expiresAt.toISOString()}.`,
    warnings: [...made.warnings, ...checkPreviewQuota(after, tenant, key)],
    destroys: [],
    nextActions: nextActions(key),
    answer: { preview_id: key.id, url, expires_at: expiresAt.toISOString(), namespace: namespaceOf(team), image },
  };
}

interface Facts {
  readonly imageTag: string;
  readonly digest?: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly requestedBy: string;
}

function preview(world: World, service: Service, key: PreviewKey, facts: Facts) {
  const { team, name, hosts } = service;
  const [path, source] = [world.layout.serviceFile(team, name), textOf(world, team, name)];
  const about = {
    ...key,
    ...facts,
    host: previewHost(world, key),
    clusterIssuer: world.platform.clusterIssuer,
    hosts,
    isTeam: (other: string) => world.hasTenant(other),
  };
  const { values, warnings } = previewValues(parseYaml(source), about, path);
  // One edit of the whole document: the engine finds the smallest changes, and comments stay where nothing changes.
  return { text: header(key, editFile(path, source, [{ path: [], set: values }])), warnings };
}

/** A byte order mark stays first. */
function header({ team, service, id }: PreviewKey, text: string): string {
  return text.startsWith('\ufeff')
    ? text
    : `# Preview ${id} of ${team}/${service}: a copy of its values, made by MCTL.\n${text}`;
}

function requireRepository({ team, name, imageRepository }: Service): void {
  if (imageRepository !== undefined) return;
  throw new Conflict(`The file of ${team}/${name} names no image repository, so there is nothing to preview.`, {
    code: 'no_image',
    field: 'service',
    fix: 'Deploy the service with image and image_tag first.',
  });
}

function reachable(after: World, { team, service, id }: PreviewKey): boolean {
  return (after.preview(team, service, id)?.hosts.length ?? 0) > 0;
}

function nextActions({ team, service, id }: PreviewKey): NextAction[] {
  return [
    { tool: 'mctl_list_previews', arguments: { team, service }, why: 'see the previews there are, and until when' },
    {
      tool: 'mctl_delete_preview',
      arguments: { team, service, preview_id: id },
      why: 'delete it before it expires, when it has served',
    },
  ];
}
