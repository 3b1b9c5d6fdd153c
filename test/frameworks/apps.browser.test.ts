import { apps } from './support/apps.js';
import { testApps } from './support/suite.js';

testApps(apps, 4610);
