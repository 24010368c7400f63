import * as fc from 'fast-check';
import { acceptedMetadata, redirectHost, redirectKind } from './client-metadata.policy';

const kindOf = (uri: unknown): unknown => {
  try {
    return redirectKind(uri);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a redirect', () => {
  it.each([
    ['https://app.example.org/cb', 'web'],
    ['http://localhost:3000/cb', 'loopback'],
    ['http://127.0.0.1/cb', 'loopback'],
    ['http://[::1]:1/cb', 'loopback'],
    ['https://localhost/cb', 'loopback'],
    ['cursor://anysphere.cursor-retrieval/oauth/callback', 'app'],
    ['com.example.app:/cb', 'app'],
  ])('%s goes to what is %s', (uri, kind) => expect(kindOf(uri)).toBe(kind));

  it.each([
    'http://app.example.org/cb',
    'http://127.0.0.1.example.org/cb',
    'http://localhost.example.org/cb',
    'http://0.0.0.0/cb',
    'http://10.0.0.1/cb',
    'https://app.example.org/cb#x',
    'https://user@app.example.org/',
    'https://app.example.org\\@evil.example.org/',
    'https://*.example.org/cb',
    'https://app;sandbox/cb',
    "https://app',x/cb",
    'javascript:alert(1)',
    'JavaScript:/x',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://app.example.org/x',
    'view-source:https://app.example.org',
    'about:blank',
    'x:/cb',
    'com.example.app:cb',
    `https://app.example.org/${'x'.repeat(2_000)}`,
    '/cb',
    '',
    7,
    null,
  ])('%j is refused', (uri) => expect(kindOf(uri)).toBe('invalid_redirect_uri'));

  it('that is taken has a place that people can read, whatever it is', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (uri) => {
        if (typeof kindOf(uri) === 'string' && ['web', 'loopback', 'app'].includes(String(kindOf(uri)))) {
          expect(redirectHost(uri)).toMatch(/^[^\s<>"]+$/);
        }
      }),
    );
  });
});

describe('what is kept of metadata', () => {
  const uris = { redirect_uris: ['https://app.example.org/cb'] };

  it('is a closed list, whatever came', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (more) => {
        const { grant_types: _, response_types: __, redirect_uris: ___, ...others } = more;
        expect(
          Object.keys(acceptedMetadata({ ...others, ...uris }))
            .filter((key) => key !== 'client_uri')
            .sort(),
        ).toEqual([
          'application_type',
          'client_name',
          'grant_types',
          'redirect_uris',
          'response_types',
          'token_endpoint_auth_method',
        ]);
      }),
    );
  });

  it('is a name on one line, and native as soon as one redirect stays on the computer', () => {
    expect(acceptedMetadata({ ...uris, client_name: ' A\u202eB\n<C> ' }).client_name).toBe('A B <C>');
    expect(acceptedMetadata({ ...uris, client_name: 7 }).client_name).toBe('A client without a name');
    expect(acceptedMetadata(uris).application_type).toBe('web');
    const both = ['https://app.example.org/cb', 'http://127.0.0.1/cb'];
    expect(acceptedMetadata({ redirect_uris: both }).application_type).toBe('native');
  });
});
