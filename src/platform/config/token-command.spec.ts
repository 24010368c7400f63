import { readConfig } from './config';
import { isInClear, tokenCommand } from './token-command';

it('names the data folder where it is not the default one, as one word of the shell', () => {
  expect(tokenCommand(readConfig({}))).toBe('npm run --silent mctl -- token --user LOGIN');
  expect(tokenCommand(readConfig({ MCTL_DATA_DIR: '/srv/my data' }), 'ada')).toBe(
    "MCTL_DATA_DIR='/srv/my data' npm run --silent mctl -- token --user ada",
  );
});

it('an address is in clear where it is http and not of this machine', () => {
  const urls = ['http://mctl.example.org', 'https://mctl.example.org', 'http://127.0.0.1:8080', 'http://[::1]:8080'];
  expect([undefined, ...urls].map(isInClear)).toEqual([false, true, false, false, false]);
});
