import { documentOf, markup, type Page } from '../../platform/http/pages';
import { INTAKE_MINUTES } from '../intake';

/** One and the same, byte for byte, for a link that never was, has expired, was used, was replaced or is somebody else's. */
export function gonePage(): Page {
  const body = markup`<h1>This link is not valid, or no longer</h1>
<p class="lead">Nothing was stored through it just now.</p>
<p>A link to this page is for one person, works once, and ends after ${INTAKE_MINUTES} minutes or as soon as a new one is asked for.</p>
<div class="calm"><h2>How to get a new one</h2><p>Ask your assistant to set the secret again. It makes the same call, and the answer has a new link. If you have stored your values already, there is nothing to do.</p></div>`;
  return { status: 404, ...documentOf({ title: 'Link not valid', body }) };
}
