import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    generateName?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `group/plural`. */
  readonly kind: string;
  readonly object: KubeObject;
}

/** What etcd is to an API server: objects, one version for all of them, and a history until it is compacted. */
export class Objects extends EventEmitter<{ change: [Change] }> {
  private readonly kinds = new Map<string, Map<string, KubeObject>>();
  private history: Change[] = [];
  private compacted = 0;
  private current = 1;
  readonly namespaces = new Set<string>(['default']);

  get version(): number {
    return this.current;
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.of(kind).get(`${namespace}/${name}`);
  }

  /** Sorted as the API server sorts them. */
  all(kind: string, namespace: string | undefined): KubeObject[] {
    return [...this.of(kind)]
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  put(kind: string, object: KubeObject): KubeObject {
    const { namespace = '', name } = object.metadata;
    const before = this.get(kind, namespace, name);
    if (namespace !== '') this.namespaces.add(namespace);
    this.current += 1;
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: before?.metadata.uid ?? randomUUID(),
        creationTimestamp:
          object.metadata.creationTimestamp ??
          before?.metadata.creationTimestamp ??
          new Date().toISOString().replace(/\.\d+/, ''),
        generation: (before?.metadata.generation ?? 0) + 1,
        resourceVersion: String(this.current),
        // What a real object carries around, and nobody here may keep.
        managedFields: [{ manager: 'test', operation: 'Update', fieldsV1: { 'f:spec': {} } }],
      },
    };
    this.of(kind).set(`${namespace}/${name}`, stored);
    this.record({ version: this.current, type: before ? 'MODIFIED' : 'ADDED', kind, object: stored });
    return stored;
  }

  remove(kind: string, namespace: string, name: string): KubeObject | undefined {
    const object = this.get(kind, namespace, name);
    if (!object) return undefined;
    this.of(kind).delete(`${namespace}/${name}`);
    this.current += 1;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.current) } };
    this.record({ version: this.current, type: 'DELETED', kind, object: last });
    return last;
  }

  /** Changes after a version; undefined where they are forgotten. */
  since(version: number, kind: string): Change[] | undefined {
    if (version < this.compacted) return undefined;
    return this.history.filter((change) => change.kind === kind && change.version > version);
  }

  /** Forgets the history, as etcd does every few minutes. */
  compact(): void {
    this.current += 1;
    this.compacted = this.current;
    this.history = [];
  }

  private record(change: Change): void {
    this.history.push(change);
    this.emit('change', change);
  }

  private of(kind: string): Map<string, KubeObject> {
    const objects = this.kinds.get(kind) ?? new Map<string, KubeObject>();
    this.kinds.set(kind, objects);
    return objects;
  }
}
