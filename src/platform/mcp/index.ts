export * from './call';
export * from './mcp.module';
export * from './mctl.strategy';
export * from './tool-catalog';
export * from './tool.decorators';
