import { ServedHosts } from './served-hosts.policy';

const NONE = { allowedHosts: [], allowedOrigins: [] };
const local = new ServedHosts({ host: '127.0.0.1', ...NONE });
const open = new ServedHosts({
  host: '0.0.0.0',
  publicUrl: 'https://mctl.example.org:8443/mctl',
  allowedHosts: ['10.1.2.3', '[fd00::1]', 'mctl.internal'],
  allowedOrigins: ['https://assistant.example.org'],
});

describe('the Host header', () => {
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]', '[::1]:9'])('S01 may be loopback: %s', (host) => {
    expect([local.servesHost(host), open.servesHost(host)]).toEqual([true, true]);
  });

  it.each(['mctl.example.org', 'MCTL.example.org:8443', '10.1.2.3:8080', '[fd00::1]:8080', 'mctl.internal'])(
    'S01 may be what was configured: %s',
    (host) => {
      expect([local.servesHost(host), open.servesHost(host)]).toEqual([false, true]);
    },
  );

  it.each([
    undefined,
    '',
    'evil.example',
    '169.254.169.254',
    '10.1.2.4',
    '127.0.0.2',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    'localhost.',
    'localhost.evil.example',
    'localhost@evil.example',
    'evil@localhost',
    'localhost/x',
    'localhost#x',
    'localhost?x',
    'localhost:port',
    'localhost:123456',
    'localhost, evil.example',
    'mctl.example.org.evil.example',
    'ⓛocalhost',
    'a b',
  ])('S01 may be nothing else: %p', (host) => {
    expect([local.servesHost(host), open.servesHost(host)]).toEqual([false, false]);
  });

  it('may be the one address that is listened to', () => {
    expect(new ServedHosts({ host: '10.0.0.7', ...NONE }).servesHost('10.0.0.7:8080')).toBe(true);
    expect(new ServedHosts({ host: 'fd00::7', ...NONE }).servesHost('[fd00::7]:8080')).toBe(true);
  });
});

describe('the Origin header', () => {
  it('S01 may be the public address and what was configured, exactly', () => {
    expect(
      ['https://mctl.example.org:8443', 'https://assistant.example.org'].map((each) => open.servesOrigin(each)),
    ).toEqual([true, true]);
  });

  it.each(['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:6274'])(
    'S01 may be a page of this machine while nobody else is listened to: %s',
    (origin) => {
      expect([local.servesOrigin(origin), open.servesOrigin(origin)]).toEqual([true, false]);
    },
  );

  it.each([
    '',
    'null',
    'https://mctl.example.org',
    'http://mctl.example.org:8443',
    'https://mctl.example.org:8443/',
    'https://assistant.example.org:444',
    'http://assistant.example.org',
    'https://assistant.example.org.evil.example',
    'https://assistant.example.org, https://evil.example',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://evil@localhost',
    'http://localhost/x',
    'file://',
    'chrome-extension://abc',
  ])('S01 may be nothing else: %p', (origin) => {
    expect([local.servesOrigin(origin), open.servesOrigin(origin)]).toEqual([false, false]);
  });
});
