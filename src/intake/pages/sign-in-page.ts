import type { MctlError } from '../../platform/errors';
import { documentOf, markup, type Markup, type Page, timeOf } from '../../platform/http/pages';
import type { Intake } from '../intake';

interface SignInParts {
  /** Token of the form. */
  readonly form: string;
  readonly origin: string;
  /** Where to sign in with an identity provider; undefined where there is none. */
  readonly elsewhere?: string;
  /** Why the last try failed. */
  readonly problem?: MctlError;
}

/** Who has the link may still be anybody: nothing is said of team, service or names yet. */
export function signInPage({ openedAt, expiresAt }: Intake, { form, origin, elsewhere, problem }: SignInParts): Page {
  const body = markup`<h1>Sign in to enter a secret</h1>
<p class="lead">An assistant was asked to set up something that needs a secret value. Whoever asked for it enters the value here, so that no assistant ever sees it.</p>
${problem && markup`<div class="bad" role="alert"><strong>That did not work.</strong><p>${problem.message}</p></div>`}
${elsewhere && markup`<a class="button" href="${elsewhere}">Sign in</a>`}${elsewhere ? markup`<p class="or">or</p>` : undefined}${tokenForm(form, problem)}<dl>
<dt>Link made</dt><dd>${timeOf(openedAt)}</dd>
<dt>Link ends</dt><dd>${timeOf(expiresAt)}, or when it is used</dd>
<dt>Who may use it</dt><dd>only the person who asked for it</dd>
</dl>`;
  const title = `${problem ? 'Error: ' : ''}Sign in to enter a secret`;
  return { status: problem ? 403 : 200, ...documentOf({ title, body, origin }) };
}

function tokenForm(form: string, problem: MctlError | undefined): Markup {
  return markup`<form method="post" autocomplete="off">
<input type="hidden" name="step" value="sign-in">
<input type="hidden" name="form" value="${form}">
<div class="field">
<label for="credential">Your MCTL token</label>
<p class="hint" id="credential-hint">The same one your assistant signs in with. It is used once, to see that it is you, and not kept. On the machine of a local MCTL, whoever runs it makes a new one:<code class="command">npm run --silent mctl -- token --user LOGIN</code></p>
<input type="password" id="credential" name="credential" required autofocus autocomplete="off" spellcheck="false" maxlength="8192" aria-describedby="credential-hint"${problem && markup` aria-invalid="true"`}>
</div>
<button type="submit">Sign in</button>
</form>`;
}
