import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

/** In the words and with the reason that the SDK has for it. */
export function invalidState(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Invalid, expired or used requestState: this call did nothing. Call again without it to be asked anew.',
    { reason: 'invalid_request_state' },
  );
}

/** For a call that was accepted before its page was asked for: whoever lost the state must not take it for one that did nothing. */
export function invalidPageState(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    'Invalid or expired requestState: this request did nothing, but the call that it goes on from was accepted before its page was asked ' +
      'for. Look for it with mctl_list_recent_operations; calling again without requestState makes the change again.',
    { reason: 'invalid_request_state' },
  );
}
