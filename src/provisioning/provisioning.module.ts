import { Module } from '@nestjs/common';
import { DatabaseProvisioner } from './database-provisioner';

/** For every feature whose operations give a service a database. */
@Module({ providers: [DatabaseProvisioner], exports: [DatabaseProvisioner] })
export class ProvisioningModule {}
