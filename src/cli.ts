#!/usr/bin/env node
import { launch } from './launch';

void launch('commands');
