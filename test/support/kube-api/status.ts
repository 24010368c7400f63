import type { Cause } from './schemas';

/** A refusal of the API server; thrown by whatever finds it. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: {
      name?: string;
      group?: string;
      kind?: string;
      causes?: Cause[];
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(message);
  }

  /** As `metav1.Status`. */
  get body(): object {
    const { code, reason, message, details } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  }
}

export const notFound = (kind: { group: string; plural: string }, name: string): Refused =>
  new Refused(404, 'NotFound', `${qualified(kind)} "${name}" not found`, {
    name,
    group: kind.group,
    kind: kind.plural,
  });

export const qualified = ({ group, plural }: { group: string; plural: string }): string =>
  group === '' ? plural : `${plural}.${group}`;
