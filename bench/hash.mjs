// Lists a folder, and reads and hashes each of its files: what no check of them can do without.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
let bytes = 0;
for (const name of readdirSync(folder)) {
  const content = readFileSync(join(folder, name));
  createHash('sha256').update(content).digest('hex');
  bytes += content.length;
}
console.log(`${bytes} bytes`);
