import { SCOPES } from '../../auth/scopes';
import { documentOf, markup, type Markup, type Page } from '../../http/pages';
import type { Person } from '../../sign-in/person';
import type { Applicant } from '../applicant.policy';

export interface ConsentParts {
  readonly applicant: Applicant;
  readonly person: Person;
  readonly scopes: readonly string[];
  /** Those of them that this application may do already; where there are some, the others are marked as new. */
  readonly allowed: readonly string[];
  /** Tokens of the two forms. */
  readonly forms: { readonly decide: string; readonly signOut: string };
  /** Path of this very page. */
  readonly path: string;
  readonly origin: string;
}

/** Who asks, for what, where the answer goes, and as whom one would agree. */
export function consentPage({ applicant, person, scopes, allowed, forms, path, origin }: ConsentParts): Page {
  const { name, redirectHost } = applicant;
  const body = markup`<h1>Let ${name} use MCTL as you?</h1>
<p class="lead">You are <strong>${person.login}</strong>. It could then act in your name, within your roles.</p>
${warningFor(applicant)}
<h2>It asks to</h2>
<ul class="grants">
${scopes.map((scope) => grant(scope, allowed.length > 0 && !allowed.includes(scope)))}</ul>
<dl>
<dt>Application</dt><dd>${name}${applicant.kind === 'self-described' ? markup` <span class="quiet">(it says so itself)</span>` : undefined}</dd>
${applicant.verifiedHost === undefined ? undefined : markup`<dt>Published by</dt><dd><strong>${applicant.verifiedHost}</strong></dd>`}
<dt>Access goes to</dt><dd>${placeOf(applicant, redirectHost)}</dd>
<dt>Until</dt><dd>you end it at <a href="/connections">your connections</a>, or it is no longer used</dd>
</dl>
<form method="post">
<input type="hidden" name="form" value="${forms.decide}">
<div class="choices">
<button type="submit" name="decision" value="deny" class="second">Do not allow</button>
<button type="submit" name="decision" value="allow">Allow</button>
</div>
</form>
<form method="post" action="/sign-in/out">
<input type="hidden" name="form" value="${forms.signOut}">
<input type="hidden" name="to" value="${path}">
<p class="quiet">Not ${person.login}? <button type="submit" class="second small">Sign in as somebody else</button></p>
</form>`;
  return { status: 200, formTargets: applicant.formTargets, ...documentOf({ title: 'Allow access', body, origin }) };
}

function grant(scope: string, isNew: boolean): Markup {
  return markup`<li>${isNew ? markup`<strong class="new">new</strong> ` : undefined}${wordsOf(scope)} <code class="quiet">${scope}</code></li>\n`;
}

function wordsOf(scope: string): string {
  return Object.hasOwn(SCOPES, scope) ? SCOPES[scope as keyof typeof SCOPES] : scope;
}

function placeOf({ redirect }: Applicant, host: string): Markup {
  if (redirect === 'loopback') return markup`a program on <strong>this computer</strong> (<code>${host}</code>)`;
  if (redirect === 'app') return markup`the app on this computer that opens <code>${host}</code> links`;
  return markup`<strong>${host}</strong>`;
}

function warningFor({ kind, redirect }: Applicant): Markup | undefined {
  if (redirect !== 'web') {
    return markup`<div class="warn"><strong>Did you just start this yourself?</strong><p>The access goes to a program on this computer, and any program here can say that it is this one. Allow it only if you have just connected it.</p></div>`;
  }
  if (kind === 'self-described') {
    return markup`<div class="warn"><strong>Nobody has checked this application.</strong><p>It registered itself and chose its own name. Trust the address that the access goes to, not the name.</p></div>`;
  }
  return undefined;
}
