import type { McpServer, RequestHandlerSchemas, ServerContext } from '@modelcontextprotocol/server';
import type { McpSessionSeed } from '@rekog/mcp-nest';
import type { SignedRequest } from './call';
import type { ProtocolBinding, ProtocolHandler, ProtocolRequest } from './protocol-parts';

interface Answer {
  readonly handler: ProtocolHandler;
  readonly schemas?: RequestHandlerSchemas;
}

/** The handlers of one server while they are put together, before the SDK gets each of them once. */
export class RequestHandlers implements ProtocolBinding {
  private readonly answers = new Map<string, Answer>();

  constructor(
    readonly server: McpServer,
    readonly era: McpSessionSeed['era'],
    readonly request: SignedRequest | undefined,
  ) {}

  get actor(): ProtocolBinding['actor'] {
    return this.request?.user;
  }

  handle(method: string, handler: ProtocolHandler, schemas?: RequestHandlerSchemas): void {
    this.answers.set(method, { handler, schemas });
  }

  wrap(method: string, around: (next: ProtocolHandler) => ProtocolHandler): void {
    const answer = this.answers.get(method);
    if (answer) this.answers.set(method, { ...answer, handler: around(answer.handler) });
  }

  /** Takes what `bind` would give to the SDK. The library binds to a server only; there is no other place to step in. */
  collect(bind: () => void): void {
    const value = (method: string, handler: ProtocolHandler): void => this.handle(method, handler);
    Object.defineProperty(this.server.server, 'setRequestHandler', { value, configurable: true });
    try {
      bind();
    } finally {
      Reflect.deleteProperty(this.server.server, 'setRequestHandler');
    }
  }

  /** Hands all of them to the SDK, each once. */
  install(): void {
    const { server } = this.server;
    const set = server.setRequestHandler.bind(server) as (method: string, ...rest: unknown[]) => void;
    for (const [method, { handler, schemas }] of this.answers) {
      if (schemas) {
        set(method, schemas, (params: ProtocolRequest['params'], context: ServerContext) =>
          handler({ method, params }, context),
        );
      } else set(method, handler);
    }
  }
}
