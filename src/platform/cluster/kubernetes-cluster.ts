import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { SettingValues } from '../config/settings';
import { type Informer, isFault, type Kubernetes, RESOURCES } from '../kubernetes';
import { log } from '../logging';
import { type ApplicationState, readApplication } from './application-state';
import { type Applications, Cluster, type Reading } from './cluster';
import { clusterDegraded, clusterOk, clusterUnavailable } from './source-state';

/** Until Applications are followed: a command that opens the program for one call is over before, and a server answers first. */
const BEGIN_MS = 1_000;
/** How long a call waits for the very first list. */
const FIRST_LIST_MS = 5_000;
const OK = clusterOk('asked just now');
const FOLLOWED = clusterOk('as Argo CD’s Applications say');

/** `MCTL_CLUSTER=kubernetes`. */
export class KubernetesCluster extends Cluster implements OnApplicationBootstrap, OnModuleDestroy {
  readonly isConnected = true;
  private readonly namespace: string;
  private readonly informer: Informer<ApplicationState>;
  private begin: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> = Promise.resolve();
  private readonly leaving = new AbortController();

  constructor(
    private readonly kubernetes: Kubernetes,
    { argocdNamespace }: Pick<SettingValues, 'argocdNamespace'>,
  ) {
    super();
    this.namespace = argocdNamespace;
    this.informer = kubernetes.informer(
      RESOURCES.application,
      { namespace: argocdNamespace },
      { name: `Applications in ${argocdNamespace}`, keep: readApplication },
    );
  }

  onApplicationBootstrap(): void {
    this.begin = setTimeout(() => this.informer.start(), BEGIN_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.begin);
    // What is not told yet Argo CD finds by itself.
    this.leaving.abort();
    await this.informer.stop();
    await this.refreshing;
  }

  async read<T>(unknown: string, ask: (kubernetes: Kubernetes) => Promise<T>): Promise<Reading<T>> {
    try {
      return { value: await ask(this.kubernetes), source: OK };
    } catch (error) {
      if (!isFault(error)) throw error;
      log.warn({ fault: error.kind, status: error.details.status, detail: error.details.detail }, error.message);
      return { source: clusterUnavailable(error, unknown) };
    }
  }

  async applications(unknown: string): Promise<Reading<Applications>> {
    this.informer.start();
    await this.informer.settled(AbortSignal.timeout(FIRST_LIST_MS));
    const { fault, isFilled } = this.informer;
    if (!isFilled) return { source: clusterUnavailable(fault ?? NOT_YET, unknown) };
    const value = {
      get: (name: string) => this.informer.get(this.namespace, name),
      values: () => this.informer.values(),
    };
    return { value, source: fault ? clusterDegraded(fault) : FOLLOWED };
  }

  refresh(names: readonly string[]): void {
    this.refreshing = this.refreshing.then(() => this.refreshEach(names));
  }

  /** https://argo-cd.readthedocs.io/en/stable/user-guide/annotations-and-labels/ : the controller takes the annotation away again. */
  private async refreshEach(names: readonly string[]): Promise<void> {
    const { signal } = this.leaving;
    for (const name of names) {
      if (signal.aborted) return;
      const ref = { namespace: this.namespace, name };
      const patch = { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } };
      try {
        await this.kubernetes.patch(RESOURCES.application, ref, patch, signal);
      } catch (error) {
        // Of a new service the ApplicationSet makes the Application first. All else only means that Argo CD looks by itself, later.
        if (isFault(error, 'absent') || this.leaving.signal.aborted) continue;
        const fault = isFault(error) ? { fault: error.kind, detail: error.details.detail } : { err: error };
        log.warn({ ...fault, application: name }, 'Argo CD could not be told of a commit');
      }
    }
  }
}

const NOT_YET = { kind: 'timeout', message: 'The cluster has not listed its Applications yet.' } as const;
