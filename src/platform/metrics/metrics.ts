import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Gitops } from '../gitops';

/** Prometheus metrics of this process. Labels come from our own closed lists, never from input. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly requests = new Histogram({
    name: 'mctl_http_request_duration_seconds',
    help: 'Time to answer an HTTP request, by route pattern.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers: [this.registry],
  });

  readonly toolCalls = new Counter({
    name: 'mctl_tool_calls_total',
    help: 'MCP tool calls by tool and outcome.',
    labelNames: ['tool', 'outcome'],
    registers: [this.registry],
  });

  readonly operations = new Counter({
    name: 'mctl_operations_total',
    help: 'Operations that ended, by operation and outcome.',
    labelNames: ['operation', 'outcome'],
    registers: [this.registry],
  });

  readonly authFailures = new Counter({
    name: 'mctl_auth_failures_total',
    help: 'Credentials that were refused or could not be checked, by kind of credential and error code.',
    labelNames: ['kind', 'code'],
    registers: [this.registry],
  });

  readonly identityRequests = new Counter({
    name: 'mctl_identity_requests_total',
    help: 'Requests to identity providers, by provider and outcome.',
    labelNames: ['provider', 'outcome'],
    registers: [this.registry],
  });

  constructor(@Inject(Gitops) gitops: Gitops) {
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      name: 'mctl_gitops_last_sync_seconds',
      help: 'Seconds since the GitOps remote last answered; -1 before the first time.',
      registers: [this.registry],
      collect() {
        this.set(gitops.secondsSinceSync ?? -1);
      },
    });
    new Gauge({
      name: 'mctl_gitops_files',
      help: 'Files of the repository in the read model.',
      registers: [this.registry],
      collect() {
        this.set(gitops.fileCount);
      },
    });
  }
}
