import { documentOf, markup, type Markup, type Page } from '../../platform/http/pages';
import type { Person } from '../../platform/sign-in/person';
import type { Whoami } from '../connect.service';
import { COPY_SCRIPT } from '../copy-script';
import type { Guide } from '../guides';
import type { Installation } from '../installation';
import { guideSections, snippet } from './guide-sections';
import { personSection } from './person-section';
import { trySection } from './try-section';

/** Whoever is signed in. */
export interface Visitor {
  readonly person: Person;
  readonly whoami: Whoami;
  /** Token of the form that signs out. */
  readonly signOut: string;
  /** Whether they have asked to see what the tool answers. */
  readonly isTrying: boolean;
}

export interface ConnectParts {
  readonly installation: Installation;
  readonly guides: readonly Guide[];
  /** Undefined where nobody can sign in with a browser. */
  readonly visitor?: Visitor;
}

export function connectPage({ installation, guides, visitor }: ConnectParts): Page {
  const body = markup`<h1>Connect your assistant</h1>
${visitor ? personSection(visitor) : markup`<p class="lead">Nobody signs in to this installation with a browser. Clients connect with a token.</p>`}
<section aria-labelledby="address">
<h2 id="address">The address of MCTL</h2>
${snippet({ into: 'MCP endpoint', text: `${installation.base}/mcp` }, 'mcp-endpoint')}
${howItGoes(installation)}
</section>
<section aria-labelledby="clients">
<h2 id="clients">Your client</h2>
${guideSections(guides)}
<p id="said" role="status" class="unseen"></p>
</section>
${visitor && trySection(visitor)}
<nav aria-label="Elsewhere"><p>${visitor && installation.offersOAuth ? markup`<a href="/connections">Your connections</a> · ` : undefined}<a href="/docs">REST documentation</a></p></nav>
${visitor && signOutForm(visitor.signOut)}`;
  return { status: 200, ...documentOf({ title: 'Connect', body, script: COPY_SCRIPT }) };
}

function howItGoes({ offersOAuth }: Installation): Markup {
  return offersOAuth
    ? markup`<p>It is all that most clients need. They open your browser, you see who asks for what, and allow it. You end it again at <a href="/connections">your connections</a>.</p>`
    : markup`<p>Clients send a token with every call. This page never shows one: configurations name an environment variable that holds it.</p>`;
}

function signOutForm(form: string): Markup {
  return markup`<form method="post" action="/sign-in/out">
<input type="hidden" name="form" value="${form}">
<input type="hidden" name="to" value="/connect">
<button type="submit" class="second">Sign out of this browser</button>
</form>`;
}
