import type { KoaContextWithOIDC, Provider } from 'oidc-provider' with { 'resolution-mode': 'import' };
import { OAUTH_PATHS } from './addresses';

/**
 * The library has one session per browser, for all that is asked in it: of two clients that connect at once, the one that came last
 * would take it from the other, and a person who signs in after another would be asked to log out of it. Who is signed in is for our
 * own session to say; the library's only carries a person from one step of a request to the next. So its cookie goes to the path on
 * which this very request goes on, and to nowhere else: every request begins without one, and ends without one.
 */
export function sessionPerRequest(provider: Provider): void {
  const name = provider.cookieName('session');
  provider.use(async (context, next) => {
    await next();
    const given = context.response.headers['set-cookie'];
    if (!Array.isArray(given)) return;
    const kept = given.filter((line) => !isOf(name, line));
    const path = nextStep(context);
    const ours = path === undefined ? [] : given.filter((line) => isOf(name, line));
    context.set(
      'Set-Cookie',
      kept.concat(ours.map((line) => line.replace(/; path=\/(?=;|$)/i, () => `; path=${path ?? ''}`))),
    );
  });
}

/** Where the browser comes back from our pages; undefined where it does not go there. */
function nextStep({
  oidc,
  response,
}: Pick<Partial<KoaContextWithOIDC>, 'oidc'> & { response: { get(name: string): string } }) {
  const uid = oidc?.entities.Interaction?.uid;
  const goesOn = uid !== undefined && response.get('Location') === `${OAUTH_PATHS.interaction}/${uid}`;
  return goesOn ? `${OAUTH_PATHS.authorization}/${uid}` : undefined;
}

function isOf(name: string, line: string): boolean {
  return line.startsWith(`${name}=`) || line.startsWith(`${name}.sig=`);
}
