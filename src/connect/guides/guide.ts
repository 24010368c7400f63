import type { Markup } from '../../platform/http/pages';
import type { Installation } from '../installation';

export { shellWord } from '../../platform/text/shell-word';

/** Something to copy as it is. A token is never in it. */
export interface Snippet {
  /** Where it goes, e.g. the file. */
  readonly into: string;
  readonly text: string;
}

/** How one client connects: what to read and what to copy, in order. */
export interface Guide {
  readonly id: string;
  readonly name: string;
  readonly steps: readonly (Markup | Snippet)[];
}

/** A client's guide for an installation; undefined where it has nothing to offer that client's people. */
export type GuideFor = (installation: Installation) => Guide | undefined;

/**
 * Environment variable of the client's machine that holds a token. Not `MCTL_…`: on the machine that runs MCTL, that would be taken for
 * a misspelt setting, and MCTL would not start.
 */
export const TOKEN_VARIABLE = 'PLATFORM_TOKEN';

export function mcpUrl({ base }: Installation): string {
  return `${base}/mcp`;
}

export function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Entry for a client that has `headers` beside the address: none of them where the client gets its token itself. */
export function headersWith(installation: Installation, reference: string): { headers?: { Authorization: string } } {
  return installation.offersOAuth ? {} : { headers: { Authorization: `Bearer ${reference}` } };
}
