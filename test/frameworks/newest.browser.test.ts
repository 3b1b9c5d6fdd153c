import { newestApps } from './support/apps.js';
import { testApps } from './support/suite.js';

testApps(newestApps, 4640);
