import { launch } from './launch';

void launch('server');
