/** A GitHub App that is configured and cannot be asked: enough for plans, which ask nobody. */
export const GITHUB_NOWHERE: Readonly<Record<string, string>> = {
  MCTL_GITHUB_APP_CLIENT_ID: 'Iv23test',
  MCTL_GITHUB_APP_CLIENT_SECRET_FILE: '/nonexistent/client-secret',
  MCTL_GITHUB_APP_SLUG: 'mctl-test',
  MCTL_GITHUB_APP_PRIVATE_KEY_FILE: '/nonexistent/private-key.pem',
  MCTL_GITHUB_URL: 'http://127.0.0.1:9',
  MCTL_GITHUB_API_URL: 'http://127.0.0.1:9',
};
