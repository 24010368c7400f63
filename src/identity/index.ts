export { WhoamiAnswer } from './identity.dto';
export { IdentityModule } from './identity.module';
export { IdentityService } from './identity.service';
