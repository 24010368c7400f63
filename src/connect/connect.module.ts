import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity';
import { SignInModule } from '../platform/sign-in/sign-in.module';
import { ConnectController } from './connect.controller';
import { ConnectService } from './connect.service';

/** The page on which people see who they are here and how their assistant connects. */
@Module({ imports: [IdentityModule, SignInModule], controllers: [ConnectController], providers: [ConnectService] })
export class ConnectModule {}
