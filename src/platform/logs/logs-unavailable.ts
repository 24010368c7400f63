/** Loki gave no logs. The message is shown to callers and goes on after "Loki cannot be asked: ". */
export class LogsUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = LogsUnavailable.name;
  }
}
