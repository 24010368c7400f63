import { Conflict, InvalidInput } from '../platform/errors';
import type { PlatformFacts } from '../platform/gitops';
import type { CreatePreviewInput } from './previews.dto';

type Arguments = Pick<CreatePreviewInput, 'image_tag' | 'git_ref' | 'repo'>;

const EXPECTED = 'either image_tag, or git_ref with repo';

/**
 * The image tag to preview.
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
  throw new Conflict(`MCTL_BUILDER=${builder}: nothing here builds images from source.`, {
    code: 'builder_not_configured',
    field: 'git_ref',
    details: { setting: 'MCTL_BUILDER' },
    fix: 'Build and push the image yourself (e.g. in CI) and give image_tag, which works now.',
  });
}

function wrong(field: string, message: string, fix: string): InvalidInput {
  return new InvalidInput(message, { field, expected: EXPECTED, fix });
}
