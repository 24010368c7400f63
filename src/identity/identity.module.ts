import { Module } from '@nestjs/common';
import { IdentityController } from './identity.controller';
import { IdentityService } from './identity.service';
import { IdentityTools } from './identity.tools';

@Module({ controllers: [IdentityTools, IdentityController], providers: [IdentityService], exports: [IdentityService] })
export class IdentityModule {}
