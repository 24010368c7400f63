export { HostName } from './domains.dto';
export * from './domains.module';
export { hostFrom, requireRegistrable } from './host.policy';
