import { Conflict } from '../platform/errors';
import type { Preview, World } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan, Warning } from '../platform/operations/plan';
import { applicationOf, previewNotFound } from './preview-names.policy';
import { DeletePreviewAnswer, DeletePreviewInput } from './previews.dto';

export const deletePreview = defineOperation({
  name: 'delete-preview',
  tool: 'mctl_delete_preview',
  title: 'Delete Preview',
  description:
    'Delete a preview before it expires; production is not touched. Answers the plan and a confirm_token first.',
  kind: 'destructive',
  risk: 'low',
  role: 'developer',
  idempotent: false,
  input: DeletePreviewInput,
  answer: DeletePreviewAnswer,
  paths: ['previews/{team}/{service}-{preview_id}/'],
  target: ({ team, service }) => `${team}/${service}`,
  typedName: ({ team, service, preview_id }) => `${team}/${service}-${preview_id}`,
  plan,
});

function plan({ actor, input, world, now }: PlanContext<DeletePreviewInput, undefined>): Plan {
  const { team, service, preview_id: id } = input;
  const key = { team, service, id };
  const files = world.filesUnder(world.layout.previewFolder(team, service, id));
  if (files.length === 0) throw previewNotFound(world, key);
  const { preview, warnings } = readOrWarn(world, input);
  if (actor.method === 'system') requireExpired(preview, now);
  const application = applicationOf(key);
  const hosts = preview?.hosts ?? [];
  return {
    changes: files.map((path) => ({ path })),
    subject: `delete-preview(${team}/${service}): ${id}`,
    summary: `Preview ${id} of ${team}/${service} goes${hosts.length > 0 ? `, and with it ${hosts.join(', ')}` : ''}; production stays.`,
    warnings,
    destroys: [
      { kind: 'preview', name: `${team}/${service}-${id}` },
      { kind: 'argocd_application', name: application },
      ...hosts.map((name) => ({ kind: 'host', name })),
    ],
    nextActions: [{ tool: 'mctl_list_previews', arguments: { team }, why: 'see which previews are left' }],
    answer: { preview_id: id, application },
  };
}

/** A preview whose file is broken can go as well; the plan then says what it could not list. */
function readOrWarn(
  world: World,
  { team, service, preview_id: id }: DeletePreviewInput,
): { preview?: Preview; warnings: Warning[] } {
  try {
    return { preview: world.preview(team, service, id), warnings: [] };
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return {
      warnings: [{ code: 'unreadable_file', message: `${error.message} Its host goes as well, but cannot be listed.` }],
    };
  }
}

/** Nobody confirmed what MCTL does by itself, and the file may have been given more time since it was looked at. */
function requireExpired(preview: Preview | undefined, now: Date): void {
  const expiresAt = preview?.expiresAt;
  if (expiresAt !== undefined && expiresAt <= now) return;
  throw new Conflict('The preview has not expired, so it was left alone.', { code: 'not_expired' });
}
