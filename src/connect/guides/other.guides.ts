import { markup } from '../../platform/http/pages';
import { takesTokens } from '../installation';
import { type GuideFor, headersWith, json, mcpUrl, shellWord, TOKEN_VARIABLE } from './guide';

/** What clients that are not listed ask for; the file's form is the one most of them share. */
export const anyClient: GuideFor = (installation) => {
  const url = mcpUrl(installation);
  const entry = { type: 'http', url, ...headersWith(installation, `\${${TOKEN_VARIABLE}}`) };
  const authorization = installation.offersOAuth
    ? markup`OAuth 2.1, found by itself; no client id, no secret`
    : markup`header <code>Authorization: Bearer</code> and a token`;
  return {
    id: 'other',
    name: 'Any other MCP client',
    steps: [
      markup`<dl>
<dt>Address</dt><dd><code>${url}</code></dd>
<dt>Transport</dt><dd>Streamable HTTP (not SSE, not stdio)</dd>
<dt>Authorization</dt><dd>${authorization}</dd>
</dl>`,
      { into: 'Most clients’ configuration', text: json({ mcpServers: { mctl: entry } }) },
    ],
  };
};

export const curl: GuideFor = (installation) => {
  if (!takesTokens(installation)) return undefined;
  const whoami = shellWord(`${installation.base}/api/v1/whoami`);
  return {
    id: 'curl',
    name: 'REST, with curl',
    steps: [
      { into: 'Terminal', text: `curl -sS -H "Authorization: Bearer $${TOKEN_VARIABLE}" ${whoami}` },
      markup`<p>The variable holds a token, see below. Every tool has a route: see the <a href="/docs">REST documentation</a>.</p>`,
    ],
  };
};

/**
 * Sources: docs.github.com, "OpenID Connect reference" (the request for a job's token); RFC 8693 §2.1 (the exchange). Both tokens are masked
 * before anything could print them, and a refusal is printed with its reason.
 */
export const githubActions: GuideFor = (installation) => {
  if (!installation.takesCiJobs) return undefined;
  const text = `on: workflow_dispatch
permissions:
  id-token: write
jobs:
  mctl:
    runs-on: ubuntu-latest
    env:
      PLATFORM: ${JSON.stringify(installation.base)}
    steps:
      - shell: bash
        run: |
          set -euo pipefail
          job=$(curl -sS --fail-with-body -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
            "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$PLATFORM" | jq -er .value)
          echo "::add-mask::$job"
          answer=$(curl -sS --fail-with-body "$PLATFORM/oauth/token" -d client_id=github-actions \\
            -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \\
            -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \\
            -d "subject_token=$job") || { echo "$answer" >&2; exit 1; }
          token=$(jq -er .access_token <<< "$answer")
          echo "::add-mask::$token"
          curl -sS --fail-with-body -H "Authorization: Bearer $token" "$PLATFORM/api/v1/whoami"
`;
  return {
    id: 'actions',
    name: 'GitHub Actions',
    steps: [
      markup`<p>A job needs no secret: it exchanges the token that GitHub gives it for one of MCTL’s, for the team and role that whoever runs MCTL has given its repository in <code>MCTL_OAUTH_CI</code>.</p>`,
      { into: 'A workflow of its own, e.g. .github/workflows/mctl.yml', text },
    ],
  };
};
