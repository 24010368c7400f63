/** Characters that a URI of ours, or an escape in it, consists of. No query, no fragment, nothing before the path. */
const PLAIN_URI = /^[a-z]+:\/\/[\w.~%/-]{1,500}$/;

/**
 * Whether a URI is the one, or of the template, that a resource declares. Stricter than the library, which ignores what stands before
 * `://`, the case of letters and a last slash, reads a second `://` as an end and fails on escapes that are none.
 */
export function matcherOf(template: string): (uri: string) => boolean {
  const source = template.split(/\{\w+\}/).map((part) => part.replace(/[^\w/:-]/g, String.raw`\$&`));
  const pattern = new RegExp(`^${source.join('[^/]+')}$`);
  return (uri) => PLAIN_URI.test(uri) && pattern.test(uri) && isDecodable(uri);
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
