export * from './databases.module';
