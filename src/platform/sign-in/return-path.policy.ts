/** Own pages that a sign-in may go on to: paths, never addresses, so that nobody is led elsewhere. */
const PAGES = /^\/(?:connections|connect|oauth\/interaction\/[A-Za-z0-9_-]{20,64}|intake\/[A-Za-z0-9_-]{43})$/;

/** Where people land who came for nothing else. */
export const HOME = '/connect';

/** The page to go on to; home for anything that is none of ours. */
export function returnPath(to: string | undefined): string {
  return to !== undefined && PAGES.test(to) ? to : HOME;
}
