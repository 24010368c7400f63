import { readConfig } from '../../platform/config';
import type { Patient } from './patient';
import { proxyCheck } from './proxy-check';

const look = (environment: Record<string, string>) =>
  proxyCheck.run(
    { config: readConfig({ MCTL_LOCAL_TOKENS: 'true', ...environment }) } as Patient,
    new AbortController().signal,
  );
const HTTPS = { MCTL_PUBLIC_URL: 'https://mctl.example.org' };

it('warns, with the way out, where people come through a proxy that nobody has named', () => {
  expect(look(HTTPS)).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('share its one address'),
    fix: expect.stringContaining('MCTL_TRUSTED_PROXIES'),
  });
});

it('has nothing to say where it is named, or there is none', () => {
  expect(look({ ...HTTPS, MCTL_TRUSTED_PROXIES: 'loopback' })).toMatchObject({ status: 'ok' });
  expect(look({})).toMatchObject({ status: 'ok' });
});
