import { listAt, textAt } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import type { Draft } from './service-file';

export interface WantedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

/** Lists of containers that often run the service's own image, e.g. to migrate its data first. */
const SIBLINGS = ['initContainers', 'extraContainers'] as const;

export interface ImageDraft extends Draft {
  /** Names of the other containers that move along. */
  readonly siblings: readonly string[];
}

/** Puts an image into a values file: its repository and tag, and every other container that runs the very same image. */
export function imageEdits(data: unknown, { repository, tag, digest }: WantedImage): ImageDraft {
  const siblings = siblingEdits(data, `${repository}:${tag}${digest === undefined ? '' : `@${digest}`}`);
  return {
    edits: [
      ...setUnlessSame(data, ['image', 'repository'], repository),
      ...setUnlessSame(data, ['image', 'tag'], tag),
      ...digestEdits(data, digest),
      ...siblings.map(({ edit }) => edit),
    ],
    siblings: siblings.map(({ name }) => name),
    warnings: [...pinned(data, digest), ...mutable(tag)],
  };
}

/** Not compared as text: the number 1.10 in a file means 1.1, the tag "1.10" does not. */
function setUnlessSame(data: unknown, path: [string, string], value: string): YamlEdit[] {
  return rawAt(data, path) === value ? [] : [{ path, set: value }];
}

/** Kubernetes pulls by the digest where there is one: left alone, it would keep the old image running under the new tag. */
function digestEdits(data: unknown, digest: string | undefined): YamlEdit[] {
  const current = textAt(data, 'image', 'digest');
  if (current === digest) return [];
  const path = ['image', 'digest'];
  return digest === undefined ? [{ path, delete: true }] : [{ path, set: digest }];
}

function siblingEdits(data: unknown, image: string): { name: string; edit: YamlEdit }[] {
  const [plain, digest] = [
    `${textAt(data, 'image', 'repository')}:${textAt(data, 'image', 'tag')}`,
    textAt(data, 'image', 'digest'),
  ];
  // Containers beside one that is pinned may be pinned as well, or not.
  const current = [plain, `${plain}@${digest}`].filter((each) => each !== image);
  return SIBLINGS.flatMap((list) =>
    listAt(data, list).flatMap((container, index) =>
      current.includes(textAt(container, 'image') ?? '')
        ? [
            {
              name: textAt(container, 'name') ?? `${list}[${index}]`,
              edit: { path: [list, index, 'image'], set: image },
            },
          ]
        : [],
    ),
  );
}

function pinned(data: unknown, digest: string | undefined): Warning[] {
  if (digest !== undefined || textAt(data, 'image', 'digest') === undefined) return [];
  const message = 'The file pinned the image by digest, which would have kept the old one running; the digest goes.';
  return [{ code: 'digest_removed', message }];
}

function mutable(tag: string): Warning[] {
  if (tag !== 'latest') return [];
  const message =
    'The tag latest can mean another image tomorrow, and deploying it again changes nothing. Deploy a fixed tag.';
  return [{ code: 'mutable_tag', message }];
}

function rawAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    data,
  );
}
