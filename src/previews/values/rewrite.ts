import type { Findings } from './findings';
import type { OwnNames } from './own-names';

/** The preview that is being made, and the service it is made of. */
export interface PreviewAbout {
  readonly team: string;
  readonly service: string;
  readonly id: string;
  readonly imageTag: string;
  /** Of an image that was built for this preview. */
  readonly digest?: string;
  /** Its own host; only where the service takes requests from outside. */
  readonly host: string;
  readonly clusterIssuer: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly requestedBy: string;
  /** Production's hosts. */
  readonly hosts: readonly string[];
  isTeam(name: string): boolean;
}

/** What rewriting one key of the values needs beside the value. */
export interface RewriteContext {
  readonly about: PreviewAbout;
  readonly names: OwnNames;
  /** `repository:tag` that production runs; containers of the same image move along. */
  readonly image: string | undefined;
  readonly findings: Findings;
  /** Where in the file, for findings. */
  readonly key: string;
}

/** The value as a preview has it; undefined takes the key out. */
export type Rewrite = (value: unknown, context: RewriteContext) => unknown;

/** The same context one step deeper, e.g. `data[0]` or `secretRef`. */
export function below(context: RewriteContext, step: string | number): RewriteContext {
  return { ...context, key: context.key + (typeof step === 'number' ? `[${step}]` : `.${step}`) };
}

/** A list of maps, each rewritten; entries for which nothing comes back go. Anything else of another shape is refused. */
export function rewriteEach(
  value: unknown,
  context: RewriteContext,
  rewrite: (entry: Readonly<Record<string, unknown>>, context: RewriteContext) => unknown,
): unknown {
  if (!Array.isArray(value)) return unknownShape(value, context);
  return value.flatMap((entry: unknown, index) => {
    const here = below(context, index);
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [unknownShape(entry, here)];
    const result = rewrite(entry as Readonly<Record<string, unknown>>, here);
    return result === undefined ? [] : [result];
  });
}

export function unknownShape(value: unknown, { findings, key }: RewriteContext): unknown {
  findings.refuse(key, 'is written in a way that MCTL does not know');
  return value;
}

/** @throws nothing; finds fault with every key that is not known: what is not understood may point to a secret. */
export function onlyKeys(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  context: RewriteContext,
): void {
  for (const key of Object.keys(value)) if (!known.includes(key)) unknownShape(value[key], below(context, key));
}
