import { markup } from '../../platform/http/pages';
import { type Installation, takesTokens } from '../installation';
import { type Guide, TOKEN_VARIABLE } from './guide';

/**
 * Where a person gets a token for a header, by what this installation takes; undefined where nothing here would need one.
 * @param login whose token, where that is known.
 */
export function tokenGuide(installation: Installation, login: string | undefined): Guide | undefined {
  const { takesLocalTokens, takesGithubTokens, issuers, offersOAuth } = installation;
  if (!takesTokens(installation)) return undefined;
  const need = offersOAuth
    ? markup`<p>For clients that cannot open a browser, and for REST.</p>`
    : markup`<p>The configurations above read it from the environment variable <code>${TOKEN_VARIABLE}</code>.</p>`;
  const local = [
    markup`<p>On the machine that runs MCTL, in its folder, make one for yourself. It is good for an hour; <code>--ttl 8h</code> makes it eight:</p>`,
    {
      into: 'Terminal',
      text: `export ${TOKEN_VARIABLE}=$(${installation.tokenCommand(login)})`,
    },
  ];
  const github = [
    markup`<p>A GitHub token of yours is taken as it is, e.g. that of the GitHub CLI. Give it few rights: MCTL only asks GitHub whose it is.</p>`,
    { into: 'Terminal', text: `export ${TOKEN_VARIABLE}=$(gh auth token)` },
  ];
  const issued = issuers.map(
    ({ issuer, audiences }) =>
      markup`<p>A JWT of <code>${issuer}</code> that was made for <code>${audiences.join(' or ')}</code>, as the application of that name gets it when you sign in there.</p>`,
  );
  const steps = [need, ...(takesLocalTokens ? local : []), ...(takesGithubTokens ? github : []), ...issued];
  return { id: 'token', name: 'A token', steps };
}
