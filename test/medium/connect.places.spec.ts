import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { arrive, snippet } from '../support/connect-page';
import { ScratchApp } from '../support/scratch-app';

/** One at a time: the strategies that check tokens are those of the program that was started last in a process. */
let place: ScratchApp;

afterEach(() => place?.stop());

describe('the connect page of an installation', () => {
  it('leads people to the documentation where pages are not served', async () => {
    place = await ScratchApp.start({
      MCTL_OAUTH: 'false',
      MCTL_PUBLIC_URL: 'http://mctl.example.org',
      MCTL_LOCAL_TOKENS: 'true',
    });
    const { headers } = await fetch(place.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(headers.get('location')).toBe('/docs');
  });

  it('counts as a read of that person', async () => {
    place = await ScratchApp.start({ MCTL_READS_PER_MINUTE: '2' });
    const { visitor, page: first } = await arrive(place, 'ada');
    expect(first.text).not.toContain('role="alert"');
    await visitor.get('/connect?try=whoami');
    const third = await visitor.get('/connect?try=whoami');
    expect(third.text).toContain('That is more than 2 reads a minute.');
    expect(third.text).not.toContain('It works');
  });

  it('shows how clients connect with a token at its public address, and nothing to sign in to', async () => {
    place = await ScratchApp.start({
      MCTL_ADMINS: 'ada',
      MCTL_PUBLIC_URL: 'https://mctl.example.org',
      MCTL_LOCAL_TOKENS: 'false',
      MCTL_GITHUB_TOKENS: 'true',
    });
    const headers = { host: 'mctl.example.org', 'x-forwarded-proto': 'https' };
    const [response] = (await once(get(`${place.url}/connect`, { headers }), 'response')) as [IncomingMessage];
    const html = await text(response);
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(snippet(html, 'cursor-1'))).toEqual({
      mcpServers: {
        mctl: {
          url: 'https://mctl.example.org/mcp',
          headers: { Authorization: 'Bearer ${env:PLATFORM_TOKEN}' },
        },
      },
    });
    expect(snippet(html, 'token-3')).toBe('export PLATFORM_TOKEN=$(gh auth token)');
    expect(html).toContain('Nobody signs in');
    expect(html).not.toMatch(/<form|Call mctl_whoami|\/connections/);
  });
});
