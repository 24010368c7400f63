import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** In the words and with the reason that the SDK has for it. */
export function invalidState(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Invalid, expired or used requestState: this call did nothing. Call again without it to be asked anew.',
    { reason: 'invalid_request_state' },
  );
}
