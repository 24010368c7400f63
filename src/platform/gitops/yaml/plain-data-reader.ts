import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap } from 'yaml';
import type { YamlParseError } from './yaml-errors';
import type { YamlScalar } from './yaml-value';

/** Nodes that aliases and merge keys may add: far above honest use, far below what exhausts memory. */
const MAXIMUM_ALIASED_NODES = 100_000;

/** The name a key has as data, or undefined for keys JSON and Helm cannot hold. */
export function keyName(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return isPlainScalar(key.value) ? String(key.value) : undefined;
}

/** A plain `<<` is a merge key; a quoted one is an ordinary key. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;
}

/** Data of a document whose scalars are read as `Leaf`. */
export type Tree<Leaf> = Leaf | null | Tree<Leaf>[] | { [key: string]: Tree<Leaf> };

/** Turns nodes into data. */
export class DataReader<Leaf> {
  private aliasDepth = 0;
  private aliasedNodes = 0;
  private readonly openAliases = new Set<Node>();

  constructor(
    private readonly targets: ReadonlyMap<Alias, Node | undefined>,
    private readonly fail: (reason: string, offset: number) => YamlParseError,
    /** What a scalar is as data; undefined where it is none. */
    private readonly leaf: (node: Scalar) => Leaf | null | undefined,
  ) {}

  read(node: unknown): Tree<Leaf> {
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.throughAlias(node, (target) => this.read(target));
    this.count(node);
    if (isMap(node)) return this.readMap(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    const leaf = isScalar(node) ? this.leaf(node) : undefined;
    if (leaf !== undefined) return leaf;
    throw this.failAt(node, 'this kind of value is not plain data');
  }

  private readMap(map: YAMLMap): Record<string, Tree<Leaf>> {
    const own = new Map<string, Tree<Leaf>>();
    const merged = new Map<string, Tree<Leaf>>();
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        this.merge(value, merged);
        continue;
      }
      const name = keyName(key);
      if (name === undefined) throw this.failAt(key ?? map, 'a key must be a string, a number or a boolean');
      if (own.has(name)) throw this.failAt(key, `the key ${JSON.stringify(name)} appears twice in the same map`);
      own.set(name, this.read(value));
    }
    // fromEntries defines properties and so keeps `__proto__` an ordinary key.
    return Object.fromEntries([...merged, ...own]);
  }

  /** The first source that has a key wins; the map's own keys win over all of them. */
  private merge(value: unknown, merged: Map<string, Tree<Leaf>>): void {
    if (isAlias(value)) return this.throughAlias(value, (target) => this.merge(target, merged));
    if (isSeq(value)) return value.items.forEach((item) => this.merge(item, merged));
    if (!isMap(value)) throw this.failAt(value, 'a merge key needs a map or a list of maps');
    for (const [name, item] of Object.entries(this.readMap(value))) {
      if (!merged.has(name)) merged.set(name, item);
    }
  }

  private throughAlias<Result>(alias: Alias, visit: (target: Node) => Result): Result {
    const target = this.targets.get(alias);
    if (!target) throw this.failAt(alias, 'an alias has no anchor before it');
    if (this.openAliases.has(target)) throw this.failAt(alias, 'an alias stands for a value that contains it');
    this.count(alias);
    this.openAliases.add(target);
    this.aliasDepth += 1;
    const result = visit(target);
    this.aliasDepth -= 1;
    this.openAliases.delete(target);
    return result;
  }

  private count(node: unknown): void {
    if (this.aliasDepth > 0) this.aliasedNodes += 1;
    if (this.aliasedNodes > MAXIMUM_ALIASED_NODES) throw this.failAt(node, 'aliases make the document too large');
  }

  private failAt(node: unknown, reason: string): YamlParseError {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    return this.fail(reason, range?.[0] ?? 0);
  }
}

/** A scalar as YAML 1.2 has it. */
export function plainLeaf({ value }: Scalar): YamlScalar | undefined {
  return isPlainScalar(value) ? value : undefined;
}

function isPlainScalar(value: unknown): value is YamlScalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
