export { lookAt, planChange } from './change-plan';
export { CONTAINER_RESOURCES, type ContainerResource, podDemand } from './demand.policy';
export { joinedName, requireService } from './name.policy';
export { ServiceChangeAnswer } from './operations.dto';
export { dataOf, editFile, textOf } from './service-file';
export * from './services.module';
