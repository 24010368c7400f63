import type { Request } from 'express';

/** A route as Express keeps it. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Methods that there are at this path, sorted, as for `Allow`; none where there is no such path. */
export function methodsAt({ app, path }: Request): string[] {
  const { stack } = (app as unknown as { router: { stack: Layer[] } }).router;
  const found = stack.flatMap((layer) => (layer.route && matches(layer, path) ? Object.keys(layer.route.methods) : []));
  const methods = found.map((method) => method.toUpperCase());
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort();
}

/** Express throws where a parameter is not well encoded. */
function matches(layer: Layer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
