import { type ConfigError, readConfig } from './config';

function problemsOf(environment: Record<string, string>): number {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as ConfigError).problems.length;
  }
  return 0;
}

describe('trusted proxies', () => {
  const verdict = (value: string) => problemsOf({ MCTL_TRUSTED_PROXIES: value });

  it.each(['', '10.0.0.1', '10.0.0.0/8, 192.168.0.0/16', 'fd00::/8', 'loopback,uniquelocal'])('may be %p', (value) => {
    expect(verdict(value)).toBe(0);
  });

  it.each([
    'true',
    '1',
    '*',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0.0/',
    'proxy.example.org',
    '10.0.0',
    'loopback;x',
  ])('may not be %p', (value) => expect(verdict(value)).toBe(1));
});

describe('allowed origins', () => {
  const verdict = (value: string) => problemsOf({ MCTL_ALLOWED_ORIGINS: value });

  it.each(['', 'https://a.example.org', 'https://a.example.org:8443,http://localhost:6274'])('may be %p', (value) => {
    expect(verdict(value)).toBe(0);
  });

  it.each([
    '*',
    'null',
    'https://*.example.org',
    'http://a.example.org',
    'https://a.example.org/',
    'https://A.example.org',
    'a.org',
  ])('may not be %p', (value) => expect(verdict(value)).toBe(1));
});

describe('allowed hosts', () => {
  it('are names and addresses, without ports', () => {
    const { allowedHosts } = readConfig({ MCTL_ALLOWED_HOSTS: 'mctl.internal, 10.0.0.7,FD00::1' }).values;
    expect(allowedHosts).toEqual(['mctl.internal', '10.0.0.7', '[fd00::1]']);
    const refused = ['mctl.internal:8080', '*', '*.example.org', 'https://a.org', 'a b', 'A.org'];
    expect(refused.map((value) => problemsOf({ MCTL_ALLOWED_HOSTS: value }))).toEqual(refused.map(() => 1));
  });
});
