import { builtImage, imageToBe, knownImage, type Source } from '../builds';
import { Conflict, InvalidInput } from '../platform/errors';
import type { PlatformFacts, World } from '../platform/gitops';
import type { Warning } from '../platform/operations/plan';
import { fullImageName, isBelow } from '../platform/text/image-name';
import type { DeployServiceInput } from './operations.dto';
import { ONBOARD_DEFAULTS } from './vocabulary';

export interface Image {
  readonly repository: string;
  readonly tag: string;
  /** Of an image that was built for this call. */
  readonly digest?: string;
}

type Arguments = Pick<
  DeployServiceInput,
  'team' | 'service' | 'action' | 'repo' | 'git_tag' | 'dockerfile_path' | 'image' | 'image_tag'
>;

/**
 * The image of a new service: a ready one, or what the builder makes.
 * @param done result of the task before; without it a stand-in takes the place of the image's name.
 * @throws InvalidInput for none, half of one, or image and source at once; Conflict `builder_not_configured` for source alone.
 */
export function imageToOnboard(input: Arguments, world: World, done?: unknown): Image {
  const source = namesSource(input);
  const ready = input.image !== undefined || input.image_tag !== undefined;
  if (source && ready) throw both(input);
  if (source) return imageFromSource(input, world, done);
  const { image: repository, image_tag: tag } = input;
  if (repository === undefined) {
    throw missing('image', ready ? 'image_tag came without image' : 'nothing says what to run');
  }
  if (tag === undefined) throw missing('image_tag', 'image came without image_tag');
  requireRegistry(repository, world.platform);
  return { repository, tag };
}

/**
 * The image that an existing service gets.
 * @throws InvalidInput without image_tag or with image and source at once; Conflict `builder_not_configured` for source.
 */
export function imageToDeploy(input: Arguments, world: World, current: string | undefined, done?: unknown): Image {
  const { image, image_tag: tag } = input;
  if (namesSource(input)) {
    if ((tag ?? image) !== undefined) throw both(input);
    if (world.platform.builder === 'none') throw builderMissing(world.platform);
    return imageFromSource(input, world, done, current);
  }
  if (tag === undefined) {
    const fix = 'Give image_tag; to change only settings use action update-config.';
    throw missing('image_tag', 'action deploy needs the tag to run', fix);
  }
  const repository = image ?? current;
  if (repository === undefined) throw missing('image', 'the service file names no image repository');
  if (repository !== current) requireRegistry(repository, world.platform);
  return { repository, tag };
}

/** @throws InvalidInput where a call about settings names something to run. */
export function refuseImage(input: Arguments): void {
  const given = (['image_tag', 'image', 'git_tag', 'repo'] as const).find((each) => input[each] !== undefined);
  const field = given ?? (namesSource(input) ? 'dockerfile_path' : undefined);
  if (field === undefined) return;
  throw new InvalidInput(`${field} cannot be changed with action ${input.action}.`, {
    field,
    expected: 'nothing with action update-config',
    fix: 'Use action deploy to run another image.',
  });
}

/** @throws InvalidInput where the platform allows other registries only. */
export function requireRegistry(repository: string, { imageRegistries }: Pick<PlatformFacts, 'imageRegistries'>): void {
  if (isBelow(repository, imageRegistries)) return;
  throw new InvalidInput(`Images from ${hostOf(repository)} are not allowed here.`, {
    code: 'registry_not_allowed',
    field: 'image',
    got: repository,
    allowed: imageRegistries,
    fix: 'Push the image to an allowed registry, or ask a platform admin (MCTL_IMAGE_REGISTRIES).',
  });
}

function hostOf(repository: string): string {
  return fullImageName(repository).split('/')[0] ?? '';
}

/** The Dockerfile's published default says nothing: some clients fill defaults in. */
function namesSource({ repo, git_tag, dockerfile_path }: Arguments): boolean {
  return (
    repo !== undefined ||
    git_tag !== undefined ||
    (dockerfile_path ?? ONBOARD_DEFAULTS.dockerfile_path) !== ONBOARD_DEFAULTS.dockerfile_path
  );
}

/** The source that a call names whole. */
export function sourceOf({ repo, git_tag: ref, dockerfile_path }: Arguments): Source | undefined {
  if (repo === undefined || ref === undefined) return undefined;
  return { repo, ref, dockerfile: dockerfile_path ?? ONBOARD_DEFAULTS.dockerfile_path };
}

/** Before anything is built its name is where the builder will push it, what the service has, or a stand-in. */
function imageFromSource(input: Arguments, world: World, done: unknown, current?: string): Image {
  const source = sourceOf(input);
  if (source === undefined) {
    const [field, why] =
      input.repo === undefined
        ? ['repo', 'git_tag or dockerfile_path came without repo']
        : ['git_tag', 'repo came without git_tag'];
    throw missing(field, why);
  }
  if (world.platform.builder === 'none') throw builderMissing(world.platform);
  const built = builtImage(done);
  if (built === undefined) {
    const repository = knownImage(input, world.platform) ?? current ?? imageToBe(source);
    return { repository, tag: source.ref };
  }
  if (built.image !== current) requireRegistry(built.image, world.platform);
  return { repository: built.image, tag: source.ref, digest: built.digest };
}

/** For plans that are shown before the build. */
export function notBuiltYet(input: Arguments, done: unknown): Warning[] {
  if (sourceOf(input) === undefined || builtImage(done) !== undefined) return [];
  const message = 'The image is built first; its name and digest in the commit are those that the build reports.';
  return [{ code: 'image_not_built_yet', message }];
}

function builderMissing({ builder }: PlatformFacts): Conflict {
  return new Conflict(`MCTL_BUILDER=${builder}: nothing here builds images from source.`, {
    code: 'builder_not_configured',
    field: 'git_tag',
    details: { setting: 'MCTL_BUILDER' },
    fix: 'Build and push the image yourself (e.g. in CI) and give image + image_tag, which works now.',
  });
}

function both(input: Arguments): InvalidInput {
  const field = input.git_tag !== undefined ? 'git_tag' : input.repo !== undefined ? 'repo' : 'dockerfile_path';
  return new InvalidInput('The call names a ready image and source to build at the same time.', {
    field,
    expected: 'either image + image_tag, or repo + git_tag',
    fix: 'Leave one of the two out.',
  });
}

function missing(field: string, why: string, fix = 'Give image and image_tag of a ready image.'): InvalidInput {
  return new InvalidInput(`${field} is missing: ${why}.`, {
    field,
    got: 'nothing',
    expected: 'either image + image_tag, or repo + git_tag',
    fix,
  });
}
