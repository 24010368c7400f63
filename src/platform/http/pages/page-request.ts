import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Via } from '../../auth/actor';
import { type Knock, knockOf } from '../../auth/failed-sign-ins';
import type { MctlError } from '../../errors';
import { requestOf, type SignedRequest } from '../../mcp/call';
import { viaOf } from '../via';
import type { Arrival } from './page-origin.policy';

/** A request to a page, as far as pages may know it. */
export interface PageRequest {
  readonly arrival: Arrival;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** Fields of the form, each once; empty for GET. */
  readonly form: Readonly<Record<string, string>>;
  /** Why the form could not be read, e.g. it is too large. */
  readonly formError?: MctlError;
  readonly via: Via;
  /** Where a credential in the form comes from. */
  readonly knock: Knock;
}

/** A form is left here by the parser of `http-setup`, or why there is none. */
export type FormRequest = SignedRequest & { form?: Record<string, unknown>; formError?: MctlError };

export function pageRequestOf(context: ExecutionContext): PageRequest {
  const request = requestOf(context) as FormRequest;
  return {
    arrival: arrivalOf(request),
    params: request.params as Record<string, string>,
    query: textFields(request.query),
    cookies: cookiesOf(request.headers.cookie),
    form: textFields(request.form),
    formError: request.formError,
    via: { ...viaOf(request), door: 'page' },
    knock: knockOf(request),
  };
}

/** The request, as the parameter of a page route. */
export const Visit = createParamDecorator((_: unknown, context: ExecutionContext) => pageRequestOf(context));

function arrivalOf({ method, headers, socket }: FormRequest): Arrival {
  const { host = '', origin, forwarded } = headers;
  return {
    method,
    host,
    origin,
    fetchSite: single(headers['sec-fetch-site']),
    forwardedProto: single(headers['x-forwarded-proto']),
    isForwarded: forwarded !== undefined || Object.keys(headers).some((name) => name.startsWith('x-forwarded-')),
    remoteAddress: socket.remoteAddress ?? '',
  };
}

/** Our own cookies need no decoding. Of two with one name the first counts: it has the longer path, or is the older one. */
function cookiesOf(header = ''): Record<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('=', 2));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value] as const).reverse());
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** A field that came twice means nothing. */
function textFields(form: Record<string, unknown> = {}): Record<string, string> {
  const fields = Object.entries(form).filter((field): field is [string, string] => typeof field[1] === 'string');
  return Object.fromEntries(fields);
}
