import { writeFileSync } from 'node:fs';
import { jsonSchemas } from '../src/manifest/schema.js';

for (const [file, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(new URL(`../${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
}
