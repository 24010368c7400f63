import type { MctlError } from '../errors';
import { documentOf, markup, type Page } from '../http/pages';
import type { IdentityProvider } from './identity-provider';
import type { Person } from './person';

interface SignInParts {
  readonly providers: readonly Pick<IdentityProvider, 'id' | 'name'>[];
  readonly takesTokens: boolean;
  /** The shell command that signs a token to paste. */
  readonly tokenCommand: string;
  /** Token of the form. */
  readonly form: string;
  readonly to: string;
  readonly problem: MctlError | undefined;
}

export function signInPage({ providers, takesTokens, tokenCommand, form, to, problem }: SignInParts): Page {
  const buttons = providers.map(
    ({ id, name }) =>
      markup`<a class="button" href="/sign-in/${id}?to=${encodeURIComponent(to)}">Continue with ${name}</a>`,
  );
  const or = providers.length > 0 && takesTokens ? markup`<p class="or">or</p>` : undefined;
  const nothing =
    providers.length === 0 && !takesTokens
      ? markup`<div class="bad" role="alert"><strong>Nobody can sign in here.</strong><p>Whoever runs MCTL must set MCTL_SIGN_IN_GITHUB_CLIENT_ID or MCTL_SIGN_IN_OIDC_ISSUER.</p></div>`
      : undefined;
  const body = markup`<h1>Sign in to MCTL</h1>
<p class="lead">So that MCTL knows who you are. What you may do is decided by your teams.</p>
${problem && markup`<div class="bad" role="alert"><strong>That did not work.</strong><p>${problem.message}</p>${problem.details.fix === undefined ? undefined : markup`<p>${problem.details.fix}</p>`}</div>`}
${nothing}${buttons}${or}${takesTokens ? tokenForm({ form, to, tokenCommand }, problem !== undefined) : undefined}`;
  return { status: problem ? 403 : 200, ...documentOf({ title: `${problem ? 'Error: ' : ''}Sign in`, body }) };
}

type TokenParts = Pick<SignInParts, 'form' | 'to' | 'tokenCommand'>;

function tokenForm({ form, to, tokenCommand }: TokenParts, isInvalid: boolean) {
  return markup`<form method="post" action="/sign-in" autocomplete="off">
<input type="hidden" name="form" value="${form}">
<input type="hidden" name="to" value="${to}">
<div class="field">
<label for="credential">Your MCTL token</label>
<p class="hint" id="credential-hint">The one that MCTL printed when it started. A new one: <code>${tokenCommand}</code>. It is used once, to see that it is you, and not kept.</p>
<input type="password" id="credential" name="credential" required autofocus autocomplete="off" spellcheck="false" maxlength="8192" aria-describedby="credential-hint"${isInvalid ? markup` aria-invalid="true"` : undefined}>
</div>
<button type="submit">Sign in</button>
</form>`;
}

/** Shown for a moment; whoever's browser does not go on by itself has a link. */
export function signedInPage({ login }: Person, to: string): Page {
  const body = markup`<h1>You are signed in</h1>
<p class="lead">as <strong>${login}</strong></p>
<a class="button" href="${to}">Continue</a>`;
  return { status: 200, ...documentOf({ title: 'Signed in', body, refreshTo: to }) };
}
