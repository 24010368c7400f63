import { Module } from '@nestjs/common';
import { IncidentsModule } from '../incidents';
import { IdentityController } from './identity.controller';
import { IdentityResources } from './identity.resources';
import { IdentityService } from './identity.service';
import { IdentityTools } from './identity.tools';

@Module({
  imports: [IncidentsModule],
  controllers: [IdentityTools, IdentityController, IdentityResources],
  providers: [IdentityService],
  exports: [IdentityService],
})
export class IdentityModule {}
