export { ConnectModule } from './connect.module';
