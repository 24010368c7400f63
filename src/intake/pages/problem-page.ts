import type { ErrorBody } from '../../platform/errors';
import { documentOf, markup, type Page } from '../../platform/http/pages';

/** Code of `MayBeKept`. */
const UNCERTAIN = 'secret_store_uncertain';

/** Any refusal or fault, with the way out where there is one. */
export function problemPage(status: number, { code, message, fix, correlation_id }: ErrorBody): Page {
  const body = markup`<h1>This page cannot go on</h1>
<p class="lead">${code === UNCERTAIN ? 'What you entered may have been stored, or not.' : 'Nothing was stored.'}</p>
<div class="bad" role="alert"><strong>${message}</strong>${fix === undefined ? undefined : markup`<p>${fix}</p>`}</div>
<p>Should you need help, tell whoever runs MCTL this number: <code>${correlation_id}</code></p>`;
  return { status, ...documentOf({ title: 'Not possible', body }) };
}
