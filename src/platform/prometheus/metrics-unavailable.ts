/** The metrics could not be read. The message is shown to callers and goes on after "Prometheus cannot be asked: ". */
export class MetricsUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = MetricsUnavailable.name;
  }
}
