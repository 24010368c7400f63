import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { ProtocolHandler } from './protocol-parts';

/** Revision 2026-07-28: who asks for a resource that is not there SHOULD find its URI in the error's data; the library leaves it out. */
export const namingTheUri =
  (next: ProtocolHandler): ProtocolHandler =>
  async (request, context) => {
    try {
      return await next(request, context);
    } catch (error) {
      const isBare = error instanceof ProtocolError && error.data === undefined;
      if (!isBare || (error.code as ProtocolErrorCode) !== ProtocolErrorCode.InvalidParams) throw error;
      throw new ProtocolError(error.code, error.message, { uri: request.params?.uri });
    }
  };
