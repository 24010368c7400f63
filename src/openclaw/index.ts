export * from './openclaw.module';
