export { connectPage } from './connect-page';
