import type { PlatformFacts } from '../platform/gitops';
import type { TaskDeclaration } from '../platform/operations/operation';

/** Source that an image is to be made of. */
export interface Source {
  /** `owner/name`. */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly ref: string;
  readonly dockerfile: string;
}

/** What a build made, as the plan at the commit gets it. */
export interface BuiltImage {
  /** Image without tag. */
  readonly image: string;
  /** `sha256:…`: what runs is this very image, whatever its tags come to mean. */
  readonly digest: string;
  /** Page of the build, for people; `namespace/name` of its Workflow where it has none. */
  readonly run: string;
}

/** For an operation that may begin with source; its calls say with `applies` which. Bind it to `Builder.run`. */
export const BUILD_IMAGE = {
  name: 'build-image',
  title: 'Build the image',
} as const satisfies Pick<TaskDeclaration<unknown>, 'name' | 'title'>;

/** What the task before a plan has built; undefined where it was another task, or has not run yet. */
export function builtImage(done: unknown): BuiltImage | undefined {
  const isBuilt = typeof done === 'object' && done !== null && 'digest' in done && 'image' in done;
  return isBuilt ? (done as BuiltImage) : undefined;
}

/** Stands where the name of an image will be, in plans that are shown before anything is built. */
export function imageToBe({ repo }: Pick<Source, 'repo'>): string {
  return `built-from/${repo.toLowerCase()}`;
}

/** Where the image of a service will be, where the platform says so and not the repository: the path is the team's and the service's alone. */
export function knownImage(
  { team, service }: { readonly team: string; readonly service: string },
  { builder, buildRegistry }: Pick<PlatformFacts, 'builder' | 'buildRegistry'>,
): string | undefined {
  return builder === 'argo' && buildRegistry !== undefined ? `${buildRegistry}/${team}/${service}` : undefined;
}

const REFERENCE =
  /^([a-z0-9]+(?:[._-][a-z0-9]+)*(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)+)(?::[\w][\w.-]{0,127})?@(sha256:[a-f0-9]{64})$/;

/** `registry/name[:tag]@sha256:…` (distribution's reference grammar); undefined for anything else. */
export function parseReference(text: string): Pick<BuiltImage, 'image' | 'digest'> | undefined {
  const [, image, digest] = REFERENCE.exec(text.trim()) ?? [];
  return image !== undefined && digest !== undefined ? { image, digest } : undefined;
}

/** A tag of an image for a branch, e.g. `feature-x` of `feature/x`. It is for people: the digest says what runs. */
export function tagOf(ref: string): string {
  return (
    ref
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 128) || 'source'
  );
}
