export * from './call';
export * from './mcp.module';
export * from './mctl.strategy';
export * from './protocol-parts';
export * from './tool-catalog';
export * from './tool.decorators';
export * from './toolset.decorator';
export * from './toolsets';
