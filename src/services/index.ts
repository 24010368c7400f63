export * from './services.module';
