import { documentOf, markup, type Markup } from '../../http/pages';

/** What the codes of RFC 6749 §4.1.2.1 mean to a person. */
const WORDS: Readonly<Record<string, string>> = {
  invalid_client: 'MCTL does not know this application.',
  invalid_client_metadata: 'What this application tells of itself cannot be used.',
  invalid_redirect_uri: 'The application wants the answer to go to an address that it has not registered.',
  invalid_request: 'The application sent a request that is not well-formed.',
  invalid_scope: 'The application asked for something that there is not.',
  invalid_target: 'The application asked for access to another server than this one.',
  unsupported_response_type: 'The application asked in a way that is not supported.',
  access_denied: 'Access was not given.',
  server_error: 'Something went wrong here. Whoever runs MCTL finds it in the log.',
  temporarily_unavailable: 'This is not possible right now. Try again shortly.',
};

interface Back {
  readonly href: string;
  readonly host: string;
}

/**
 * Where an error cannot be sent back to an application that we could trust to be the one it says, the person is told.
 * @param back where it would have gone; undefined where that is not an address of the application.
 */
export function errorDocument(error: string, description: string, back?: Back): { document: Markup; style: string } {
  const isOurs = Object.hasOwn(WORDS, error);
  const body = markup`<h1>The connection could not be made</h1>
<div class="bad" role="alert"><strong>${isOurs ? WORDS[error] : 'The request was refused.'}</strong><p>Nothing was given to anybody.</p></div>
<p>Go back to the application and start again. Should it go on failing, its makers will want to know this:</p>
<p><code>${error}</code>${description === '' ? undefined : markup`: ${description}`}</p>
${back && markup`<p class="quiet">Nobody here has checked the application. If you were just there, you may <a href="${back.href}" rel="noreferrer">go back to ${back.host}</a>.</p>`}`;
  return documentOf({ title: 'Not connected', body });
}
