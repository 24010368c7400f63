import { builtImage, knownImage, type Source, tagOf } from '../builds';
import { Conflict, InvalidInput } from '../platform/errors';
import type { PlatformFacts } from '../platform/gitops';
import type { CreatePreviewInput } from './previews.dto';

type Arguments = Pick<CreatePreviewInput, 'team' | 'service' | 'image_tag' | 'git_ref' | 'repo'>;

const EXPECTED = 'either image_tag, or git_ref with repo';

/** The source that a call names whole. */
export function sourceToPreview({ git_ref: ref, repo }: Arguments): Source | undefined {
  return ref === undefined || repo === undefined ? undefined : { repo, ref, dockerfile: 'Dockerfile' };
}

/**
 * The image tag to preview; of source a name for people, as the digest says what runs.
 * @throws InvalidInput for none, half of a source, or both at once; Conflict `builder_not_configured` for source alone.
 */
export function tagToPreview({ image_tag, git_ref, repo }: Arguments, { builder }: PlatformFacts): string {
  const source = git_ref === undefined ? (repo === undefined ? undefined : 'repo') : 'git_ref';
  if (source === undefined) {
    if (image_tag !== undefined) return image_tag;
    throw wrong('image_tag', 'image_tag is missing: nothing says what to preview.', 'Give image_tag of a ready image.');
  }
  if (image_tag !== undefined) {
    const message = 'The call names a ready image and source to build at the same time.';
    throw wrong(source, message, 'Leave one of the two out.');
  }
  const missing = git_ref === undefined ? 'git_ref' : repo === undefined ? 'repo' : undefined;
  if (missing !== undefined) {
    throw wrong(
      missing,
      `${missing} is missing: ${source} came without ${missing}.`,
      'Give image_tag of a ready image.',
    );
  }
  return tagOfBuild(git_ref ?? '', builder);
}

function tagOfBuild(ref: string, builder: PlatformFacts['builder']): string {
  if (builder !== 'none') return tagOf(ref);
  throw new Conflict(`MCTL_BUILDER=${builder}: nothing here builds images from source.`, {
    code: 'builder_not_configured',
    field: 'git_ref',
    details: { setting: 'MCTL_BUILDER' },
    fix: 'Build and push the image yourself (e.g. in CI) and give image_tag, which works now.',
  });
}

/**
 * For source whose image is known before it is built.
 * @throws Conflict `other_image` where the service runs another one: a preview has no image of its own, and no build could help.
 */
export function refuseOtherImage(input: Arguments, platform: PlatformFacts, repository: string | undefined): void {
  const image = sourceToPreview(input) && knownImage(input, platform);
  if (image === undefined || image === repository) return;
  throw otherImage(`The build would push ${image}`, image, repository, 'Deploy the service from source once first.');
}

/**
 * The digest of what was built for this preview; undefined before, and for a ready image.
 * @throws Conflict `other_image` where the build pushed something else than the service runs.
 */
export function digestToPreview(done: unknown, repository: string | undefined): string | undefined {
  const built = builtImage(done);
  if (built === undefined || built.image === repository) return built?.digest;
  const fix = 'Preview the repository whose workflow pushes the image of this service.';
  throw otherImage(`The build pushed ${built.image}`, built.image, repository, fix);
}

function otherImage(what: string, got: string, repository: string | undefined, fix: string): Conflict {
  return new Conflict(`${what}, and the service runs ${repository ?? 'no image'}.`, {
    ...{ code: 'other_image', field: 'repo', got, expected: repository, fix },
  });
}

function wrong(field: string, message: string, fix: string): InvalidInput {
  return new InvalidInput(message, { field, expected: EXPECTED, fix });
}
