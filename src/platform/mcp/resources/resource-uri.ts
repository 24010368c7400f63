/** Characters that a URI of ours, or an escape in it, consists of. No query, no fragment, nothing before the path. */
const PLAIN_URI = /^[a-z]+:\/\/[\w.~%/-]{1,500}$/;

/**
 * Whether a URI may go to the library, which ignores what stands before `://`, reads a second `://` as an end and fails on escapes
 * that are none.
 * @param schemes of the resources that there are.
 */
export function isReadable(uri: string, schemes: ReadonlySet<string>): boolean {
  return PLAIN_URI.test(uri) && schemes.has(schemeOf(uri)) && isDecodable(uri);
}

export function schemeOf(uri: string): string {
  return uri.slice(0, uri.indexOf('://'));
}

/** Fills variables into a template. */
export function expand(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function isDecodable(uri: string): boolean {
  try {
    decodeURIComponent(uri);
    return true;
  } catch {
    return false;
  }
}
