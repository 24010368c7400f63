import { Module } from '@nestjs/common';
import { IncidentsModule } from '../incidents';
import { ServicesModule } from '../services';
import { TenantsModule } from '../tenants';
import { GuidesPrompts } from './guides.prompts';
import { GuidesService } from './guides.service';

/** Prompts: the ways through several tools that people ask for most. */
@Module({
  imports: [IncidentsModule, ServicesModule, TenantsModule],
  controllers: [GuidesPrompts],
  providers: [GuidesService],
})
export class GuidesModule {}
