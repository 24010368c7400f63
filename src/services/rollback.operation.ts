import { Conflict, InvalidInput } from '../platform/errors';
import { editFile } from '../platform/gitops';
import { defineOperation, type PlanContext } from '../platform/operations/operation';
import type { Plan, Warning } from '../platform/operations/plan';
import { foreignLine } from '../platform/text/foreign-text';
import { nearest } from '../platform/text/nearest';
import { lookAt, planChange } from './change-plan';
import { imageEdits } from './image.edits';
import { requireRegistry } from './image.policy';
import { requireService } from './name.policy';
import { RollbackServiceInput, ServiceChangeAnswer } from './operations.dto';
import { dataOf, textOf } from './service-file';
import { lineage, readTagHistory, type TagEntry } from './tag-history';
import { TAG_PATTERN } from './vocabulary';

/** Known tags that an error lists. */
const LISTED = 20;
/** Longest name of a commit's author that is told. */
const AUTHOR = 100;

export const rollbackService = defineOperation<RollbackServiceInput, readonly TagEntry[]>({
  name: 'rollback-service',
  tool: 'mctl_rollback_service',
  title: 'Roll Back Service',
  description:
    'Put a service back to an image tag it ran before, by default the previous one. Settings stay. Tags are in mctl_get_service_config.',
  kind: 'write',
  risk: 'medium',
  role: 'developer',
  idempotent: false,
  input: RollbackServiceInput,
  answer: ServiceChangeAnswer,
  paths: ['services/{team}/{service}/values.yaml'],
  target: ({ team, service }) => `${team}/${service}`,
  facts: ({ team, service }, gitops) => readTagHistory(gitops, team, service),
  plan,
});

function plan({ input, world, facts: history }: PlanContext<RollbackServiceInput, readonly TagEntry[]>): Plan {
  const { team, service: name } = input;
  const service = requireService(world, team, name);
  const target = targetOf(input, service.imageTag, history);
  const repository = target.repository ?? service.imageRepository ?? '';
  if (repository !== service.imageRepository) requireRegistry(repository, world.platform);
  const text = textOf(world, team, name);
  const draft = imageEdits(dataOf(text), { repository, tag: target.tag, digest: target.digest });
  const along =
    draft.siblings.length > 0 ? `, and with it the containers ${draft.siblings.join(', ')} of the same image` : '';
  const moved = repository === service.imageRepository ? '' : ` (image ${repository}, as it was then)`;
  return planChange(
    { world, team, service: name, text: editFile(world.layout.serviceFile(team, name), text, draft.edits) },
    {
      subject: `rollback(${team}/${name}): ${target.tag}`,
      summary: `${team}/${name} goes back from ${service.imageTag ?? 'no tag'} to ${target.tag}${moved}${along}, set by “${foreignLine(target.by, AUTHOR)}” at ${target.at}. Settings stay.`,
      warnings: [...draft.warnings, ...ranOtherwise(target)],
      nextActions: [lookAt(team, name)],
      reverts: revertedBy(service.imageTag, history),
    },
  );
}

/** Without quotes Helm makes another tag of one that looks like a number; now it is written with them. */
function ranOtherwise({ tag, ran }: TagEntry): Warning[] {
  if (ran === undefined) return [];
  const message = `The file said ${tag} without quotes then, of which Helm makes ${ran}: what ran was ${ran}, if such an image exists. Now it is ${tag}, in quotes.`;
  return [{ code: 'number_for_text', message }];
}

function targetOf(
  { team, service, target_tag }: RollbackServiceInput,
  current: string | undefined,
  history: readonly TagEntry[],
): TagEntry {
  const earlier = history.filter(({ tag }) => tag !== current);
  const known = [...new Set(earlier.map(({ tag }) => tag))].filter((tag) => TAG_PATTERN.test(tag));
  const found =
    target_tag === undefined
      ? lineage(history).find(({ tag }) => tag !== current)
      : earlier.find(({ tag }) => tag === target_tag);
  if (found) return found;
  if (target_tag === undefined) throw noEarlierTag(team, service, current);
  if (target_tag === current) throw alreadyThere(team, service, current, known);
  const near = nearest(target_tag, known);
  throw new InvalidInput(`${team}/${service} never ran the tag ${target_tag}.`, {
    code: 'unknown_tag',
    field: 'target_tag',
    got: target_tag,
    expected: 'a tag of the service’s history',
    allowed: known.slice(0, LISTED),
    fix: near ? `Did you mean ${near.join(' or ')}?` : 'Choose a known tag, or run a new one with mctl_deploy_service.',
  });
}

function noEarlierTag(team: string, service: string, current: string | undefined): Conflict {
  return new Conflict(`${team}/${service} has no earlier tag to go back to; it has only run ${current ?? 'no tag'}.`, {
    code: 'no_earlier_tag',
    fix: 'Run another tag with mctl_deploy_service, action deploy.',
  });
}

function alreadyThere(team: string, service: string, current: string, known: readonly string[]): Conflict {
  return new Conflict(`${team}/${service} is at ${current} already, so there is nothing to roll back.`, {
    code: 'already_current',
    field: 'target_tag',
    got: current,
    allowed: known.slice(0, LISTED),
    fix: known.length > 0 ? `Earlier tags: ${known.slice(0, LISTED).join(', ')}.` : 'It has no earlier tag.',
  });
}

/** The operation that set the tag which goes now, where one did and is on the branch. */
function revertedBy(current: string | undefined, [newest]: readonly TagEntry[]): string | undefined {
  return newest?.tag === current ? newest?.operation : undefined;
}
