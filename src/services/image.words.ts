import { printedAt, textAt } from '../platform/gitops';
import type { Image } from './image.policy';

/**
 * What a deployment does to the image, as the rest of a sentence that begins with the service: `goes from 1.2 to 1.3`.
 * @param data the file before, in which a tag without quotes is not what it looks like: Helm makes 1.1 of 1.10.
 * @param siblings other containers that move along.
 */
export function imageMove(data: unknown, { repository, tag }: Image, siblings: readonly string[]): string {
  const along = siblings.length > 0 ? `, and with it the containers ${siblings.join(', ')} of the same image` : '';
  const before = textAt(data, 'image', 'repository');
  const elsewhere = before === repository ? '' : ` (image ${repository}${before ? `, before: ${before}` : ''})`;
  return `${tagMove(data, tag, elsewhere !== '')}${elsewhere}${along}`;
}

function tagMove(data: unknown, tag: string, isOtherImage: boolean): string {
  const before = textAt(data, 'image', 'tag');
  if (before !== tag) return `goes from ${before ?? 'no tag'} to ${tag}`;
  const ran = printedAt(data, 'image', 'tag');
  if (ran !== tag) return `goes from ${ran}, which Helm makes of ${tag} without quotes, to ${tag}`;
  if (isOtherImage) return `stays at ${tag} of another image`;
  // Kubernetes pulls by the digest where there is one, so another image may have run under this tag.
  if (textAt(data, 'image', 'digest') !== undefined) return `goes from the digest that the file pins to ${tag}`;
  return `is at ${tag} already`;
}
