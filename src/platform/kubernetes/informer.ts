import { setTimeout as pause } from 'node:timers/promises';
import { log } from '../logging';
import { informerEvent, informerObjects, informerUp } from '../metrics/instruments';
import { detached } from '../tracing';
import { isFault, KubernetesFault } from './kubernetes-fault';
import type { KubernetesObject } from './resource';
import type { WatchEvent } from './watch';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** What an informer asks of the API. */
export interface InformerSource {
  /** Every object, handed over one by one so that none is kept whole; answers the version to watch from. */
  list: (each: (object: KubernetesObject) => void, signal: AbortSignal) => Promise<string>;
  /** @param opened to be called once the server has accepted the watch. */
  watch: (resourceVersion: string, signal: AbortSignal, opened: () => void) => AsyncGenerator<WatchEvent>;
}

export interface InformerOptions<T> {
  /** For the log, e.g. "applications in argocd". */
  readonly name: string;
  /** What is kept of an object: only that stays in memory. Undefined = nothing. */
  readonly keep: (object: KubernetesObject) => T | undefined;
  /** Something came, changed or went, or the whole state was read anew. */
  readonly changed?: () => void;
  readonly firstPauseMs?: number;
}

/**
 * All objects of a kind as they are now: listed once, watched from there. When the server ends the watch it goes on from the last version;
 * when that is too old, or anything is odd, it lists again. While there is no connection the last known state stays, and `fault` says so.
 */
export class Informer<T> {
  private objects = new Map<string, T>();
  private version = '';
  private problem: KubernetesFault | undefined;
  private hasListed = false;
  private failures = 0;
  /** The state it watched from was too old, and nothing has come since. */
  private hasExpired = false;
  private waiting: (() => void)[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly source: InformerSource,
    private readonly options: InformerOptions<T>,
  ) {}

  /** Why what is known may be old; undefined while list and watch work. */
  get fault(): KubernetesFault | undefined {
    return this.problem;
  }

  /** Whether there has been a whole list since the start: before, nothing can be said about absence. */
  get isFilled(): boolean {
    return this.hasListed;
  }

  start(): void {
    // The call that needs it first does not end with it.
    this.running ??= detached(() => this.run());
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** @param namespace empty for kinds without. */
  get(namespace: string, name: string): T | undefined {
    return this.objects.get(keyOf(namespace, name));
  }

  values(): Iterable<T> {
    return this.objects.values();
  }

  get size(): number {
    return this.objects.size;
  }

  /** Ends after the first list, or when it has failed: whichever is sooner, and at the latest with the signal. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.hasListed || this.problem || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (this.version === '') await this.relist(signal);
        await this.follow(signal);
        this.worked();
        // Whatever stands before the API may end every watch at once: that must not become a loop without a pause.
        await pause(this.pauseMs(undefined), undefined, { signal });
      } catch (error) {
        if (!this.stopping.signal.aborted) await this.failed(error, signal);
      }
    }
  }

  private async relist(signal: AbortSignal): Promise<void> {
    const fresh = new Map<string, T>();
    const version = await this.source.list((object) => this.put(fresh, object), signal);
    this.objects = fresh;
    this.version = version;
    this.hasListed = true;
    // No word about `problem`: where lists work and watches do not, what is known grows old all the same.
    this.wake();
    this.heard();
    this.options.changed?.();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for await (const event of this.source.watch(this.version, signal, () => this.recovered())) {
      // Not before: a server that takes every watch and ends it with an error is not to be asked without pauses that grow.
      this.worked();
      const version = event.object.metadata?.resourceVersion;
      if (event.type !== 'BOOKMARK') this.apply(event);
      // Also of bookmarks: that is what they are for.
      if (version !== undefined) this.version = version;
      this.heard();
    }
  }

  private apply({ type, object }: WatchEvent): void {
    if (type === 'DELETED') this.objects.delete(keyOfObject(object));
    else this.put(this.objects, object);
    this.options.changed?.();
  }

  private put(objects: Map<string, T>, object: KubernetesObject): void {
    const kept = this.options.keep(object);
    if (kept === undefined) objects.delete(keyOfObject(object));
    else objects.set(keyOfObject(object), kept);
  }

  private worked(): void {
    this.failures = 0;
    this.hasExpired = false;
  }

  private recovered(): void {
    if (this.problem) log.info(`the cluster answers again: ${this.options.name}`);
    this.problem = undefined;
    informerUp.set({ informer: this.options.name }, 1);
    this.heard();
    this.wake();
  }

  private async failed(error: unknown, signal: AbortSignal): Promise<void> {
    this.failures += 1;
    const fault = isFault(error) ? error : undefined;
    // Whatever else happened, the version is still good: what happened meanwhile can be read from there.
    if (!fault || isFault(fault, 'expired', 'malformed')) this.version = '';
    // Every informer meets that once in a while. A list that expires between its pages, again and again, is another matter.
    if (isFault(fault, 'expired') && !this.hasExpired) {
      this.hasExpired = true;
      return;
    }
    if (!fault) log.error({ err: error }, `${this.options.name} cannot be followed`);
    else if (this.problem?.kind !== fault.kind) {
      log.warn({ fault: fault.kind, status: fault.details.status, detail: fault.details.detail }, fault.message);
    }
    this.problem = fault ?? new KubernetesFault('failed', 'MCTL could not understand the cluster.');
    informerUp.set({ informer: this.options.name }, 0);
    this.wake();
    await pause(this.pauseMs(fault), undefined, { signal }).catch(() => undefined);
  }

  private heard(): void {
    informerEvent.setToCurrentTime({ informer: this.options.name });
    informerObjects.set({ informer: this.options.name }, this.objects.size);
  }

  /** Twice as long each time, half of it by chance, so that replicas do not come back together. */
  private pauseMs(fault: KubernetesFault | undefined): number {
    const first = this.options.firstPauseMs ?? FIRST_PAUSE_MS;
    const full = Math.min(LONGEST_PAUSE_MS, first * 2 ** Math.min(Math.max(0, this.failures - 1), 10));
    return Math.max((fault?.details.retryAfterSeconds ?? 0) * 1_000, full / 2 + (Math.random() * full) / 2);
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function keyOfObject({ metadata }: KubernetesObject): string {
  return keyOf(metadata?.namespace ?? '', metadata?.name ?? '');
}
