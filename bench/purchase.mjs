import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createJiti } from 'jiti';
import { buildEnv, CLI, linkPackage, paint, writeManifests } from './fixture.mjs';
import { measure } from './measure.mjs';

/** The strict server that the tests have. */
const { apiError, delayed, finishReason, picture, sometimes, startGemini } = await createJiti(import.meta.url).import(
  '../test/loopback/gemini.ts',
);

const CONCURRENCY = 8;
/** Of the calls, half with 429 and half with 503, without a word about when to come back. */
const FAILING = 0.05;

/**
 * `prompt-image generate` buys from an empty cache; one of the pictures is refused. Throws where anything but the refused
 * picture was not bought, or was bought twice, or the summary does not say so once.
 *
 * @param latency seconds from a call to its answer; errors are answered at once
 * @returns `floor`: seconds that the calls take of themselves, all places taken all the time
 */
export async function buy(folder, { count, latency, memory }) {
  const service = await startGemini();
  try {
    const answered = await script(service, folder, latency * 1000);
    const shop = join(folder, 'shop');
    writeShop(shop, count, service.url);
    const env = { ...buildEnv, GEMINI_API_KEY: service.key, PROMPT_IMAGE_STOCK: join(folder, 'stock') };
    const { output, ...figures } = await measure([CLI, 'generate', '--yes'], { cwd: shop, memory, env, code: 1 });
    check(output, answered, count);
    return { ...figures, floor: (count * latency) / CONCURRENCY };
  } finally {
    await service.close();
  }
}

/** Makes the service slow and unreliable. @returns how often each prompt was answered for good */
async function script(service, folder, milliseconds) {
  const painted = join(folder, 'painted.jpg');
  await paint(painted, 0);
  const jpeg = readFileSync(painted);
  const answered = new Map();
  const noted = (answer) =>
    delayed(milliseconds, (call) => {
      const { prompt } = call.request;
      answered.set(prompt, (answered.get(prompt) ?? 0) + 1);
      return answer(call);
    });
  const fails = sometimes(0.5, apiError(429), apiError(503), 2);
  const paints = (call) => picture({ bytes: withComment(jpeg, call.request.prompt) })(call);
  service.always(sometimes(FAILING, fails, noted(paints)));
  service.whenPrompt(/^Picture 7\b/, noted(finishReason('IMAGE_SAFETY')));
  return answered;
}

/** The same pixels in other bytes, as painting each picture would take time from who buys. */
function withComment(jpeg, text) {
  const comment = Buffer.from(text);
  const head = Buffer.from([0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(comment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)]);
}

function writeShop(shop, count, url) {
  rmSync(shop, { recursive: true, force: true });
  linkPackage(shop);
  writeManifests(shop, count);
  writeFileSync(
    join(shop, 'prompt-image.config.mjs'),
    `import { google } from 'unplugin-prompt-image';
export default { commit: false, concurrency: ${CONCURRENCY}, provider: google({ baseUrl: '${url}' }) };
`,
  );
}

function check(output, answered, count) {
  const summaries = output.match(/^.* bought, .* failed, .*$/gm) ?? [];
  const summary = `${count - 1} images bought, 1 failed, 0 unchanged.`;
  if (summaries.join('\n') !== summary) throw new Error(`"${summary}" was expected, not:\n${output}`);
  const twice = [...answered].filter(([, times]) => times > 1).map(([prompt]) => prompt);
  if (answered.size !== count || twice.length > 0) {
    throw new Error(`${answered.size} of ${count} pictures were asked for; more than once: ${twice.join(', ')}`);
  }
}
