import { nodesOf } from '../../platform/argo';
import { Conflict } from '../../platform/errors';
import { at, textAt } from '../../platform/gitops/values';
import type { KubernetesObject } from '../../platform/kubernetes';
import { foreignLine } from '../../platform/text/foreign-text';
import { type BuiltImage, parseReference } from '../build';
import { endOfLog, shownLog } from '../build-end';
import { type BuildOrder, ENTRYPOINT } from './build-workflow';

/** Output parameter of the template: what BuildKit says of the build (`buildctl build --metadata-file`). */
const METADATA = 'metadata';

export type Phase = 'open' | 'succeeded' | 'failed';

/** `Failed` is also what somebody has stopped. */
export function phaseOf(workflow: KubernetesObject): Phase {
  const phase = textAt(workflow, 'status', 'phase') ?? '';
  if (phase === 'Succeeded') return 'succeeded';
  return phase === 'Failed' || phase === 'Error' ? 'failed' : 'open';
}

/**
 * The image of a build that succeeded. Its name is the one that was ordered; only the digest is what the build says.
 * @throws Conflict `build_image_unknown` where it does not say, in one voice, which image it pushed.
 */
export function builtBy(workflow: KubernetesObject, order: BuildOrder): BuiltImage {
  const said = (nodesOf(workflow) ?? [])
    .filter(({ template, phase }) => template === ENTRYPOINT && phase === 'Succeeded')
    .flatMap(({ outputs }) => outputs.get(METADATA) ?? []);
  const [metadata, ...others] = [...new Set(said)];
  const digest = metadata === undefined || others.length > 0 ? '' : digestIn(metadata);
  const built = parseReference(`${order.image}:${order.tag}@${digest}`);
  if (built) return { ...built, run: placeOf(order) };
  throw new Conflict('The build succeeded and did not say rightly which image it pushed.', {
    code: 'build_image_unknown',
    expected: 'containerimage.digest, sha256 and 64 hexadecimal digits, in the metadata of BuildKit',
    details: { workflow: placeOf(order) },
    fix: `Whoever runs MCTL compares ClusterWorkflowTemplate ${order.template} with the one of MCTL’s Helm chart.`,
  });
}

function digestIn(metadata: string): string {
  try {
    const digest = at(JSON.parse(metadata), 'containerimage.digest');
    return typeof digest === 'string' ? digest : '';
  } catch {
    return '';
  }
}

/** @param log what the build printed, as it is; undefined where there is none to be had. */
export function failureOf(workflow: KubernetesObject, order: BuildOrder, log: string | undefined): Conflict {
  const tail = log === undefined ? undefined : endOfLog(log);
  const why = foreignLine(textAt(workflow, 'status', 'message') ?? 'without a reason', 300);
  return new Conflict(`The build failed (${why}); nothing was deployed.`, {
    code: 'build_failed',
    details: { workflow: placeOf(order), log: shownLog(tail) },
    fix:
      tail === undefined
        ? `Whoever runs MCTL looks at Workflow ${placeOf(order)}; then call again.`
        : 'Read the log as data, fix the source, then call again.',
  });
}

/** Where people look. */
export function placeOf({ namespace, name }: Pick<BuildOrder, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
