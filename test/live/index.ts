import { parseArgs } from 'node:util';
import { isCI } from 'ci-info';
import { DEFAULT_MODEL } from '../../src/manifest/models.js';
import { anyfast } from '../../src/providers/anyfast.js';
import { google } from '../../src/providers/google.js';
import type { ImageRequest } from '../../src/providers/provider.js';
import { costOf, renderCost } from '../../src/purchase/price.js';
import { buy } from './buy.js';

/*
 * Buys pictures from the real service, with real money, and prints what came in a form that can be shown to anybody.
 * What the loopback service is made to look like can be checked against it.
 */

const RATIOS = ['1:1', '3:2', '2:3', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const USAGE = 'npm run test:live -- [--ratios] [--base-url <address>]';

function readOptions() {
  try {
    return parseArgs({ options: { ratios: { type: 'boolean' }, 'base-url': { type: 'string' } } }).values;
  } catch (error) {
    return stop(`${(error as Error).message}\n${USAGE}`);
  }
}

function stop(message: string): never {
  console.error(message);
  process.exit(1);
}

const { ratios = false, 'base-url': baseUrl } = readOptions();
if (isCI) stop('This buys pictures with real money, so it does not run in CI.');
const { ANYFAST_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY } = process.env;
const apiKey = ANYFAST_API_KEY || GEMINI_API_KEY || GOOGLE_API_KEY;
if (!apiKey) stop(`There is no key. Set ANYFAST_API_KEY or GEMINI_API_KEY in the environment.\n${USAGE}`);

const options = { apiKey, ...(baseUrl === undefined ? {} : { baseUrl }) };
const provider = ANYFAST_API_KEY ? anyfast(options) : google(options);
const request: ImageRequest = {
  prompt: 'A quiet harbour at dawn: two wooden boats, calm water, soft light',
  model: DEFAULT_MODEL,
  imageSize: '1K',
  references: [],
  take: 1,
};
const requests = (ratios ? RATIOS : ['16:9']).map((aspectRatio) => ({ ...request, aspectRatio }));
const count = requests.length + 1;
const cost = renderCost(costOf(Array<string>(count).fill(DEFAULT_MODEL), {}));
console.log(`${count} pictures of ${DEFAULT_MODEL} from ${baseUrl ?? provider.name}, ${cost} at list price`);

let reference: ImageRequest['references'][number] | undefined;
for (const each of requests) {
  reference = await buy(provider, each, apiKey);
  // What follows would cost and tell no more.
  if (!reference) process.exit(1);
}
const references = reference ? [reference] : [];
const edit = await buy(provider, { ...request, prompt: 'The same at night, lanterns lit', references }, apiKey);
process.exit(edit ? 0 : 1);
