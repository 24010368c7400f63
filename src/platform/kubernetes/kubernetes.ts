import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { isPlain } from '../gitops/values';
import { Connection } from './connection';
import { exchange, exchangeJson, malformed, type Request } from './exchange';
import { Informer, type InformerOptions } from './informer';
import { KubernetesFault } from './kubernetes-fault';
import { type KubernetesObject, type ObjectRef, pathOf, RESOURCES, type Resource } from './resource';
import { watch } from './watch';

const PAGE = 100;
/** More objects than that are not kept; a listing says when it is not whole. */
const MOST = 5_000;
const WATCH_SECONDS = 290;

export interface ListOptions {
  /** Absent = all namespaces. */
  readonly namespace?: string;
  /** Made by `labelSelector`. */
  readonly labels?: string;
  readonly fields?: string;
  /** Most objects to answer; {@link MOST} without. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

export interface Listing<T> {
  readonly items: T[];
  /** There are more than were asked for. */
  readonly isCut: boolean;
}

export interface LogOptions {
  readonly container: string;
  readonly tailLines: number;
  readonly sinceSeconds?: number;
  readonly previous?: boolean;
  readonly limitBytes: number;
  readonly signal?: AbortSignal;
}

interface Page {
  readonly items: readonly unknown[];
  readonly version: string;
  readonly next?: string;
}

/**
 * The API of a cluster. Every request is bounded in time and size, every write is validated strictly (a misspelt field would be dropped
 * silently otherwise), and whatever is no answer is a `KubernetesFault`: never an empty list.
 */
@Injectable()
export class Kubernetes {
  private readonly connection: Connection;
  private readonly timeoutMs: number;

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.connection = new Connection(values.kubeconfig);
    this.timeoutMs = values.kubernetesTimeout;
  }

  /** @throws KubernetesFault, `absent` among others; as all here. */
  async get<T extends KubernetesObject>(resource: Resource, ref: ObjectRef, signal?: AbortSignal): Promise<T> {
    return this.json<T>({ method: 'GET', path: pathOf(resource, ref), doing: words('read', resource, ref), signal });
  }

  /** Page by page, sorted by the server (namespace and name). */
  async list<T extends KubernetesObject>(resource: Resource, options: ListOptions = {}): Promise<Listing<T>> {
    const most = options.most ?? MOST;
    const items: T[] = [];
    let next: string | undefined;
    do {
      const page = await this.page(resource, options, Math.min(PAGE, most - items.length), next);
      // Lists leave out what all their items have in common.
      items.push(...page.items.map((item) => item as T));
      next = page.next;
    } while (next !== undefined && items.length < most);
    return { items: items.slice(0, most), isCut: next !== undefined };
  }

  /** @throws KubernetesFault `exists` where the name is taken, `invalid` with causes. @returns the object as it is stored. */
  async create<T extends KubernetesObject>(
    resource: Resource,
    object: KubernetesObject,
    { dryRun = false, signal }: { dryRun?: boolean; signal?: AbortSignal } = {},
  ): Promise<T> {
    const { namespace, name = '' } = object.metadata ?? {};
    return this.json<T>({
      method: 'POST',
      path: pathOf(resource, { namespace }),
      query: { fieldValidation: 'Strict', fieldManager: 'mctl', ...(dryRun && { dryRun: 'All' }) },
      body: { type: 'application/json', value: object },
      doing: words('create', resource, { namespace, name }),
      signal,
    });
  }

  /** A JSON merge patch (RFC 7386). With `metadata.resourceVersion` in it, `conflict` where the object has changed since. */
  async patch<T extends KubernetesObject>(
    resource: Resource,
    ref: ObjectRef & { readonly subresource?: 'status' },
    patch: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.json<T>({
      method: 'PATCH',
      path: pathOf(resource, ref, ref.subresource),
      query: { fieldValidation: 'Strict', fieldManager: 'mctl' },
      body: { type: 'application/merge-patch+json', value: patch },
      doing: words('change', resource, ref),
      signal,
    });
  }

  /** The object goes, what it owns after it. With a `uid` that one alone: `conflict` where another one has its name. */
  async delete(resource: Resource, ref: ObjectRef & { readonly uid?: string }, signal?: AbortSignal): Promise<void> {
    const preconditions = ref.uid !== undefined && { preconditions: { uid: ref.uid } };
    await this.json({
      method: 'DELETE',
      path: pathOf(resource, ref),
      body: {
        type: 'application/json',
        value: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...preconditions },
      },
      doing: words('delete', resource, ref),
      signal,
    });
  }

  /** Lines of one container, oldest first, each led by its time (RFC 3339) and a space. @throws KubernetesFault `invalid` before it has started. */
  async logs(ref: ObjectRef, { signal, ...options }: LogOptions): Promise<string> {
    const doing = words('read the log of', RESOURCES.pod, ref);
    const query = { ...options, timestamps: true };
    const path = pathOf(RESOURCES.pod, ref, 'log');
    const { status, text } = await exchange(
      this.connection,
      { method: 'GET', path, query, doing, signal },
      this.timeoutMs,
    );
    // What the API server answers while the pod is on no node: with an empty text that would be a pod that said nothing.
    if (status === 204) {
      throw new KubernetesFault('invalid', `The pod has not been given a node yet: MCTL cannot ${doing}.`, { status });
    }
    return text;
  }

  /** Follows a kind; see `Informer`. The caller starts and stops it. */
  informer<T>(
    resource: Resource,
    scope: Pick<ListOptions, 'namespace' | 'labels'>,
    options: InformerOptions<T>,
  ): Informer<T> {
    return new Informer(
      {
        list: async (each, signal) => {
          let page: Page | undefined;
          do {
            page = await this.page(resource, { ...scope, signal }, PAGE / 2, page?.next);
            for (const item of page.items) each(item as KubernetesObject);
          } while (page.next !== undefined);
          return page.version;
        },
        watch: (resourceVersion, signal, opened) =>
          watch(
            this.connection,
            {
              method: 'GET',
              path: pathOf(resource, { namespace: scope.namespace }),
              query: { labelSelector: scope.labels, resourceVersion },
              doing: words('watch', resource, scope),
              signal,
            },
            { seconds: WATCH_SECONDS, timeoutMs: this.timeoutMs, opened },
          ),
      },
      options,
    );
  }

  private async page(
    resource: Resource,
    { namespace, labels, fields, signal }: ListOptions,
    limit: number,
    token: string | undefined,
  ): Promise<Page> {
    const doing = words('list', resource, { namespace });
    const body = await this.json<Record<string, unknown>>({
      method: 'GET',
      path: pathOf(resource, { namespace }),
      query: { limit, continue: token, labelSelector: labels, fieldSelector: fields },
      doing,
      signal,
    });
    const metadata = isPlain(body.metadata) ? body.metadata : {};
    if (!Array.isArray(body.items)) throw malformed(doing);
    return {
      items: body.items,
      version: typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : '',
      next: typeof metadata.continue === 'string' && metadata.continue !== '' ? metadata.continue : undefined,
    };
  }

  private json<T>(request: Request): Promise<T> {
    return exchangeJson<T>(this.connection, request, this.timeoutMs);
  }
}

function words(verb: string, { plural, group }: Resource, { namespace, name }: Partial<ObjectRef>): string {
  const kind = group === '' || group === 'argoproj.io' ? plural : `${plural}.${group}`;
  return `${verb} ${kind}${name === undefined ? '' : ` ${name}`}${namespace === undefined ? '' : ` in ${namespace}`}`;
}
