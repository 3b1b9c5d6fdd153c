import { writeFileSync } from 'node:fs';
import { manifestJsonSchema } from '../src/manifest/schema.js';

writeFileSync(new URL('../schema.json', import.meta.url), `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
