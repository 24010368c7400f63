import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { packageVersion } from '../package-root';
import { authFailures, identityRequests, instruments } from './instruments';

/** The metrics of this process, in Prometheus' text format. Those of what it knows: `StateMetrics`. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly authFailures = authFailures;
  readonly identityRequests = identityRequests;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // The registry takes any labels; the type of its method does not say so.
    for (const instrument of instruments as readonly Metric[]) this.registry.registerMetric(instrument);
    new Gauge({
      name: 'mctl_build_info',
      help: 'Always 1; the labels say which version runs, on which Node.',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version: packageVersion, node: process.versions.node }, 1);
  }
}
