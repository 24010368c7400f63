import { outgoingSeconds } from '../metrics/instruments';
import { codeOf, type Span, tracedInside } from './tracing';

/** Systems that MCTL asks; the trace goes along to those that are ours (`traceHeaders`). */
export type System = 'kubernetes' | 'argo' | 'vault' | 'loki' | 'prometheus' | 'github';

/**
 * One request to another system, as a span of the call that led to it and as an observation.
 * @param method of HTTP. @param ask throws where there is no answer; otherwise it calls `answered` with the status.
 */
export function outgoing<T>(
  system: System,
  method: string,
  ask: (answered: (status: number) => void) => Promise<T>,
): Promise<T> {
  const facts = {
    name: `${method} ${system}`,
    kind: 'client',
    attributes: { 'http.request.method': method, 'peer.service': system },
  } as const;
  return tracedInside(facts, async (span) => {
    const from = process.hrtime.bigint();
    let status: number | undefined;
    try {
      return await ask((answered) => (status = tell(span, answered)));
    } catch (error) {
      if (status === undefined) span.fail(codeOf(error));
      throw error;
    } finally {
      outgoingSeconds.observe({ system, outcome: outcomeOf(status) }, Number(process.hrtime.bigint() - from) / 1e9);
    }
  });
}

function tell(span: Span, status: number): number {
  span.set({ 'http.response.status_code': status });
  if (status >= 400) span.fail(String(status));
  return status;
}

function outcomeOf(status: number | undefined): string {
  if (status === undefined) return 'no_answer';
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'client_error' : 'ok';
}
