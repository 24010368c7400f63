import { type Applications, Cluster, type Reading } from './cluster';
import { clusterNotConfigured } from './source-state';

/** `MCTL_CLUSTER=none`: answers come from desired state alone, and say so. */
export class NoCluster extends Cluster {
  readonly isConnected = false;

  read<T>(unknown: string): Promise<Reading<T>> {
    return Promise.resolve({ source: clusterNotConfigured(unknown) });
  }

  applications(unknown: string): Promise<Reading<Applications>> {
    return this.read(unknown);
  }

  refresh(): void {
    // Argo CD, if there is one, finds the commit in its own time.
  }
}
