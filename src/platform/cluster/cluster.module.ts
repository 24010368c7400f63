import { Global, Module } from '@nestjs/common';
import { Config } from '../config';
import { GitopsModule } from '../gitops';
import { Kubernetes } from '../kubernetes';
import { Cluster } from './cluster';
import { KubernetesCluster } from './kubernetes-cluster';
import { NoCluster } from './no-cluster';
import { Rollouts } from './rollouts';

/** The one place that knows which cluster it is. */
@Global()
@Module({
  imports: [GitopsModule],
  providers: [
    Kubernetes,
    Rollouts,
    {
      provide: Cluster,
      inject: [Config, Kubernetes],
      useFactory: ({ values }: Config, kubernetes: Kubernetes): Cluster =>
        values.cluster === 'kubernetes' ? new KubernetesCluster(kubernetes, values) : new NoCluster(),
    },
  ],
  exports: [Cluster, Kubernetes, Rollouts],
})
export class ClusterModule {}
