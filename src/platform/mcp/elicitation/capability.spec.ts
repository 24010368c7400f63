import type { ServerContext } from '@modelcontextprotocol/server';
import type { ProtocolBinding } from '../protocol-parts';
import { canElicit, capabilitiesOf } from './capability';

describe('what a client can be asked', () => {
  it.each([
    [{ elicitation: {} }, true, false],
    [{ elicitation: { form: {} } }, true, false],
    [{ elicitation: { url: {} } }, false, true],
    [{ elicitation: { form: {}, url: {} } }, true, true],
    [{ elicitation: { form: true } }, false, false],
    [{ elicitation: [] }, false, false],
    [{ elicitation: null }, false, false],
    [{}, false, false],
    [undefined, false, false],
    ['elicitation', false, false],
  ])('%j: form %s, url %s', (capabilities, form, url) => {
    expect([canElicit(capabilities, 'form'), canElicit(capabilities, 'url')]).toEqual([form, url]);
  });

  it('is nothing in the old revisions without a session, whatever the server remembers of a client', () => {
    const server = { server: { getClientCapabilities: () => ({ elicitation: {} }) } };
    const context = (authInfo?: object) => ({ http: { authInfo }, mcpReq: {} }) as unknown as ServerContext;
    const binding = { era: 'legacy', server } as unknown as ProtocolBinding;
    expect(capabilitiesOf(binding, context())).toBeUndefined();
    expect(capabilitiesOf(binding, context({ extra: { request: {} } }))).toEqual({ elicitation: {} });
  });
});
