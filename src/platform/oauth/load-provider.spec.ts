import { holdBackOneWarning } from './load-provider';

it('holds back the one warning, once, and no other', () => {
  const warn = jest.fn();
  const output = { warn };
  holdBackOneWarning(output);
  output.warn('something else');
  output.warn(
    'oidc-provider WARNING: failed to setup SSRF protection for fetch, outgoing requests will not be checked',
  );
  expect(warn.mock.calls).toEqual([['something else']]);
  expect(output.warn).toBe(warn);
});
