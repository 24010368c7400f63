import { redirectHost, type RedirectKind, redirectKind } from './client-metadata.policy';

/** Who asks for access, as the consent page has to judge it. */
export interface Applicant {
  readonly name: string;
  /** `registered` by the operator; `published` at its own https address; otherwise all it says is its own word. */
  readonly kind: 'registered' | 'published' | 'self-described';
  /** Host of the metadata document. */
  readonly verifiedHost?: string;
  readonly redirect: RedirectKind;
  /** Host, or scheme of an app, that the code goes to. */
  readonly redirectHost: string;
  /** For the page's policy: where its form leads in the end. */
  readonly formTargets: readonly string[];
}

/** @param isRegistered whether the operator has registered the client. */
export function applicantOf(
  client: { readonly clientId: string; readonly clientName?: string },
  redirectUri: string,
  isRegistered: boolean,
): Applicant {
  const { clientId, clientName } = client;
  const redirect = redirectKind(redirectUri);
  const isPublished = clientId.startsWith('https://');
  const { protocol, origin } = new URL(redirectUri);
  return {
    name: clientName ?? clientId,
    kind: isRegistered ? 'registered' : isPublished ? 'published' : 'self-described',
    ...(isPublished && { verifiedHost: new URL(clientId).host }),
    redirect,
    redirectHost: redirectHost(redirectUri),
    formTargets: [redirect === 'app' ? protocol : origin],
  };
}
