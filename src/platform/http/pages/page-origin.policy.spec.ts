import { type Arrival, checkSameOrigin, pageOrigin, servesPages } from './page-origin.policy';

const here: Arrival = { method: 'GET', host: '127.0.0.1:8080', isForwarded: false, remoteAddress: '127.0.0.1' };
const PUBLIC = 'https://mctl.example.org';
const outside: Arrival = { ...here, host: 'mctl.example.org', isForwarded: true, forwardedProto: 'https' };

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('where pages that take secrets are served', () => {
  it.each(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', '127.9.9.9'])('is loopback: %s', (host) => {
    expect(pageOrigin(undefined, { ...here, host })).toBe(`http://${host}`);
    expect(pageOrigin('http://localhost:9000', { ...here, host })).toBe(`http://${host}`);
  });

  it('is the public https address, at its own host alone', () => {
    expect(pageOrigin(PUBLIC, outside)).toBe(PUBLIC);
    expect(pageOrigin(`${PUBLIC}:8443/mctl`, { ...outside, host: 'MCTL.example.org:8443' })).toBe(`${PUBLIC}:8443`);
  });

  it.each([
    ['another name than loopback', undefined, { host: 'mctl.example.org' }],
    ['a name that only begins like loopback', undefined, { host: '127.0.0.1.example.org' }],
    ['no name at all', undefined, { host: '' }],
    ['a connection from elsewhere', undefined, { remoteAddress: '10.0.0.7' }],
    ['a proxy nobody spoke of', undefined, { isForwarded: true }],
    ['a public address over http', 'http://mctl.example.org', { host: 'mctl.example.org' }],
    ['loopback beside a public address', PUBLIC, {}],
    ['another port of the public host', PUBLIC, { host: 'mctl.example.org:8080' }],
    ['http up to the proxy', PUBLIC, { ...outside, forwardedProto: 'http' }],
  ])('is not %s', (_, publicUrl, change) => {
    expect(codeOf(() => pageOrigin(publicUrl, { ...here, ...change }))).toBe('page_needs_https');
  });

  it('is known of an address alone, too', () => {
    expect([PUBLIC, 'http://127.0.0.1:8080', 'http://[::1]:1', 'http://mctl.example.org'].map(servesPages)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a form', () => {
  const verdict = (headers: Partial<Arrival>) => codeOf(() => checkSameOrigin(PUBLIC, { ...outside, ...headers }));

  it.each([
    { origin: PUBLIC },
    { origin: PUBLIC, fetchSite: 'same-origin' },
    { origin: 'null', fetchSite: 'same-origin' },
    { fetchSite: 'same-origin' },
  ])('is taken from its own page: %j', (headers) => expect(verdict(headers)).toBeUndefined());

  it.each([
    {},
    { origin: 'null' },
    { origin: 'null', fetchSite: 'cross-site' },
    { fetchSite: 'same-site' },
    { fetchSite: 'none' },
    { origin: 'https://evil.example.org' },
    { origin: 'http://mctl.example.org' },
    { origin: `${PUBLIC}.evil.org`, fetchSite: 'same-origin' },
    { origin: PUBLIC, fetchSite: 'same-site' },
  ])('is refused from anywhere else: %j', (headers) => expect(verdict(headers)).toBe('foreign_form'));
});
