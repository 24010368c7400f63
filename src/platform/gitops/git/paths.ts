const MAX_BYTES = 1024;

const FORBIDDEN = /[\u0000-\u001f\u007f\\]|\p{Cs}/u;
/** Characters that HFS+ ignores in file names, so that ".g\u200cit" would be ".git" in somebody's checkout. */
const IGNORED_BY_HFS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const GIT_FOLDER = /^(?:\.git|git~\d+)[\s.]*(?::.*)?$/i;

/**
 * A path inside the repository that every checkout on every system takes for what it says.
 * @throws TypeError when absolute, over 1024 bytes, or with an empty, `.`, `..` or `.git`-like component, backslash or control character.
 */
export function assertTreePath(path: string): string {
  if (path === '' || FORBIDDEN.test(path) || Buffer.byteLength(path) > MAX_BYTES) {
    throw new TypeError('not a usable repository path');
  }
  for (const component of path.split('/')) {
    const refused = component === '' || component === '.' || component === '..';
    if (refused || GIT_FOLDER.test(component.replace(IGNORED_BY_HFS, ''))) {
      throw new TypeError('not a usable repository path');
    }
  }
  return path;
}

/** `''` (everything) or a folder or file path; one trailing slash is allowed. @throws TypeError like {@link assertTreePath} */
export function assertPrefix(prefix: string): string {
  const path = prefix.replace(/\/$/, '');
  return path === '' ? '' : assertTreePath(path);
}
