import type { McpServer, RequestHandlerSchemas, ServerContext } from '@modelcontextprotocol/server';
import type { McpSessionSeed } from '@rekog/mcp-nest';
import { bodyOf } from '../http/error.filter';
import { requestIdOf } from '../http/via';
import { type Bounds, boundsOf } from './bounds';
import type { SignedRequest } from './call';
import type { ProtocolBinding, ProtocolHandler, ProtocolRequest } from './protocol-parts';
import { checked, schemasFor } from './request-params';
import { isProtocolError, refusal } from './tool-error';

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

  get bounds(): Bounds {
    return this.request ? boundsOf(this.request) : { isReadOnly: true, toolsets: new Set() };
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

  /**
   * What answers `method`. Its errors are those of the protocol, or ours in their form: of any other the SDK would show the text.
   * @throws Error for a method that nobody answers; whoever asks has it from `install`.
   */
  of(method: string): ProtocolHandler {
    const answer = this.answers.get(method);
    if (!answer) throw new Error(`Nobody answers ${method}.`);
    return async (request, context) => {
      try {
        return await answer.handler(checked(request), context);
      } catch (error) {
        if (isProtocolError(error)) throw error;
        throw refusal(error, bodyOf(error, this.request ? requestIdOf(this.request) : 'unknown'));
      }
    };
  }

  /** Hands all of them to the SDK, each once, or what `instead` puts in their place. */
  install(instead: (method: string) => ProtocolHandler = (method) => this.of(method)): void {
    const { server } = this.server;
    const set = server.setRequestHandler.bind(server) as (method: string, ...rest: unknown[]) => void;
    for (const [method, { schemas = schemasFor(method) }] of this.answers) {
      const handler = instead(method);
      if (schemas) {
        set(method, schemas, (params: ProtocolRequest['params'], context: ServerContext) =>
          handler({ method, params }, context),
        );
      } else set(method, handler);
    }
  }
}
