import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { type Applications, Cluster, ownedApplication, type SourceState } from '../platform/cluster';
import { Conflict } from '../platform/errors';
import { Gitops, type Preview, previewParts, type World } from '../platform/gitops';
import type { WarningItem } from '../platform/operations/answer.dto';
import { paginate, untrusted } from '../platform/schema';
import { exactValue } from '../platform/text/exact-text';
import { foreignLine } from '../platform/text/foreign-text';
import { serviceNotFound, stateWords } from '../services';
import { namespaceOf } from './preview-names.policy';
import type { ListPreviewsInput, PreviewItem, PreviewList, PreviewSource } from './previews.dto';

/** Longest host, tag and login that are told: the file may hold anything. */
const NAME = 300;
const UNTRUSTED = untrusted(
  'the GitOps repository, in which others than MCTL write as well: credentials masked, unseen characters spelled out, but nobody vouches for it',
  { fields: ['items[].url', 'items[].image_tag', 'items[].requested_by', 'warnings[].message'] },
);

/** What can be read about previews. The doors have checked the caller's role in the team that is named. */
@Injectable()
export class PreviewsService {
  constructor(
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Cluster) private readonly cluster: Cluster,
  ) {}

  /**
   * Previews of a team by service and id, page by page; those whose file cannot be read, or says no expiry, are named in the warnings
   * of the page on which they stand or would stand.
   * @throws NotFound for a service that neither exists nor has a preview left.
   */
  async list(_actor: Actor, input: ListPreviewsInput): Promise<PreviewList> {
    const { team, service } = input;
    const world = await this.gitops.world();
    const folders = world.previewNames(team).filter((name) => isOf(name, service));
    if (service !== undefined && folders.length === 0 && !world.hasService(team, service)) {
      throw serviceNotFound(world, team, service);
    }
    const page = paginate(folders, input, (name) => name);
    const now = this.clock.now();
    const warnings: WarningItem[] = [];
    const { value: applications, source } = await this.cluster.applications('sync and health are unknown');
    const items = page.items.flatMap((folder) => readItem(world, { team, folder, now, applications }, warnings));
    return {
      items,
      count: items.length,
      next_cursor: page.next_cursor,
      source: sourceOf(world, source),
      warnings,
      untrusted: UNTRUSTED,
    };
  }
}

/** Of one service: an id has no hyphen, so `api-x-abc123` is none of `api`. Folders of no service are shown with all others only. */
function isOf(folder: string, service: string | undefined): boolean {
  return service === undefined || previewParts(folder)?.service === service;
}

interface Place {
  readonly team: string;
  readonly folder: string;
  readonly now: Date;
  /** Undefined where no cluster tells. */
  readonly applications: Applications | undefined;
}

function readItem(world: World, { team, folder, now, applications }: Place, warnings: WarningItem[]): PreviewItem[] {
  const path = `${world.layout.previewsFolder(team)}${folder}`;
  const parts = previewParts(folder);
  if (!parts) {
    const message = `${path} is not named {service}-{id} with six letters and digits, so no tool takes it. Rename or remove the folder.`;
    warnings.push({ code: 'bad_name', message });
    return [];
  }
  try {
    const preview = world.preview(team, parts.service, parts.id);
    if (preview && preview.expiresAt === undefined) warnings.push(immortal(path));
    const owner = { team, service: parts.service, preview: parts.id };
    const state = stateWords(applications && (ownedApplication(applications, owner) ?? null));
    return preview ? [{ ...itemOf(preview, now), ...state }] : [];
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    warnings.push({ code: 'unreadable_file', message: error.message });
    return [];
  }
}

function immortal(path: string): WarningItem {
  const message = `${path}/values.yaml says no moment in preview.expiresAt, so this preview never goes by itself. Delete it, or mend the file.`;
  return { code: 'no_expiry', message };
}

function itemOf(
  { team, name, id, hosts, imageTag, createdAt, expiresAt, requestedBy }: Preview,
  now: Date,
): Omit<PreviewItem, 'sync' | 'health'> {
  return {
    preview_id: id,
    service: name,
    url: hosts[0] === undefined ? null : `https://${exactValue(hosts[0], NAME)}`,
    image_tag: imageTag === undefined ? null : exactValue(imageTag, NAME),
    namespace: namespaceOf(team),
    created_at: createdAt?.toISOString() ?? null,
    age_seconds: createdAt ? Math.max(0, Math.floor((now.getTime() - createdAt.getTime()) / 1000)) : null,
    expires_at: expiresAt?.toISOString() ?? null,
    expired: expiresAt !== undefined && expiresAt <= now,
    requested_by: requestedBy === undefined ? null : foreignLine(requestedBy, NAME),
  };
}

function sourceOf({ head }: World, cluster: SourceState): PreviewSource {
  return {
    gitops: { state: 'ok', message: head ? `desired state at commit ${head}` : 'the repository is empty' },
    cluster,
  };
}
