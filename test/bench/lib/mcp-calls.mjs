const CLIENT = { name: 'bench', version: '1.0.0' };
const MODERN = '2026-07-28';
const LEGACY = '2025-11-25';

/** One JSON-RPC request to `path` as a client of revision 2025-11-25 sends it: stateless, without `initialize`. */
export function legacyCall(method, params, { path = '/mcp', headers = {} } = {}) {
  return callOf(`${nameOf(method, params)}, ${LEGACY}`, path, method, params, {
    'mcp-protocol-version': LEGACY,
    ...headers,
  });
}

/** The same as a client of revision 2026-07-28 sends it: its envelope in `_meta`, its routing in headers. */
export function modernCall(method, params, { path = '/mcp', headers = {} } = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return callOf(
    `${nameOf(method, params)}, ${MODERN}`,
    path,
    method,
    { ...params, _meta },
    {
      'mcp-protocol-version': MODERN,
      'mcp-method': method,
      ...(params.name !== undefined && { 'mcp-name': params.name }),
      ...headers,
    },
  );
}

function callOf(name, path, method, params, headers) {
  const body = { jsonrpc: '2.0', id: 1, method, params };
  return {
    name,
    path,
    headers,
    body,
    isRight: (text) => text.includes('"result"') && !text.includes('"isError":true'),
  };
}

function nameOf(method, { name }) {
  return name ?? method;
}
