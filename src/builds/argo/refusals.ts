import { posix } from 'node:path';
import { Conflict, InvalidInput } from '../../platform/errors';
import type { Source } from '../build';
import { placeOf } from './build-outcome';

type Where = Parameters<typeof placeOf>[0];

/** Errors of builds that have ended or were stopped: there is nothing left to stop. */
export const OVER: ReadonlySet<string> = new Set([
  'build_failed',
  'build_image_unknown',
  'build_gone',
  'build_timed_out',
]);

/** @throws InvalidInput for a path that leads out of the source. BuildKit would keep it inside and say something else. */
export function checkDockerfile({ dockerfile }: Source): void {
  const path = posix.normalize(dockerfile);
  if (!path.startsWith('/') && path !== '..' && !path.startsWith('../') && !path.endsWith('/')) return;
  throw new InvalidInput('The Dockerfile is not in the repository.', {
    field: 'dockerfile_path',
    got: dockerfile,
    expected: 'the path of a file in the repository, e.g. docker/Dockerfile',
  });
}

export function noSuchRef({ repo, ref }: Source): Conflict {
  return new Conflict(`${repo} has neither a tag nor a branch of this name.`, {
    code: 'build_ref_missing',
    got: ref,
    expected: 'the name of a tag or branch; commit ids are not taken',
    fix: 'Push it, or name another one, then call again.',
  });
}

export function nameTaken(where: Where): Conflict {
  return new Conflict(`Workflow ${placeOf(where)} is there already, and not what MCTL would submit.`, {
    code: 'build_name_taken',
    details: { workflow: placeOf(where) },
    fix: 'Whoever runs the cluster finds out who made it: nobody but MCTL should write in this namespace. Then call again.',
  });
}

export function gone(where: Where): Conflict {
  return new Conflict('The Workflow of the build is not there any more, or was changed.', {
    code: 'build_gone',
    details: { workflow: placeOf(where) },
    fix: 'Somebody deleted or replaced it, or its time to live is too short. Call again.',
  });
}

/** @param waiting why it had not even begun. */
export function timedOut(where: Where, minutes: number, waiting: string | undefined): Conflict {
  return new Conflict(`The build did not end within ${minutes} min and was stopped; nothing was deployed.`, {
    code: 'build_timed_out',
    details: { workflow: placeOf(where), ...(waiting !== undefined && { waiting }) },
    fix: 'See why it took so long: it may wait for a node. Then call again, or have MCTL_BUILD_TIMEOUT raised.',
  });
}
