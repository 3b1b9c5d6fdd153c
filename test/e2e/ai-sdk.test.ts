import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type OpenAI, openaiError, startOpenAI } from '../loopback/openai.js';
import { createWorkspace, run, type Workspace } from '../support/workspace.js';

const config = (packageName: string, options: object) => `
  import { createOpenAI } from '${packageName}';
  import { aiSdk } from 'unplugin-prompt-image';
  const openai = createOpenAI({ baseURL: process.env.OPENAI_URL, apiKey: process.env.STUDIO_PASSWORD });
  export default { provider: aiSdk(openai.image('gpt-image-1')), retries: 0, ...${JSON.stringify(options)} };`;

async function createProject(packageName: string, options: object = { defaults: { model: 'gpt-image-1' } }) {
  return createWorkspace({
    'prompt-image.config.mjs': config(packageName, options),
    'src/hero.image.json': { prompt: 'A lighthouse at dusk', alt: 'Lighthouse' },
  });
}

const generate = (project: Workspace, openai: OpenAI, ...args: string[]) =>
  run(process.execPath, [project.bin('unplugin-prompt-image', 'prompt-image'), 'generate', ...args], {
    cwd: project.root,
    env: { OPENAI_URL: openai.url, STUDIO_PASSWORD: openai.key },
  });

const records = (project: Workspace) =>
  project.list('.prompt-image').then((files) => files.filter((file) => /^[^/]+\.json$/.test(file)));

/** Everything that a run left in the project, the committed and the local. */
async function everything(project: Workspace): Promise<string> {
  const files = await project.list();
  const texts = await Promise.all(files.map((file) => readFile(project.path(file), 'latin1')));
  return texts.join('\n');
}

describe.each(['ai-sdk-openai2', 'ai-sdk-openai3'])('a project whose pictures come from %s', (packageName) => {
  test('buys by command, once, and records where from', async () => {
    await using openai = await startOpenAI();
    await using project = await createProject(packageName);
    const { code, output } = await generate(project, openai);
    expect(code, output).toBe(0);
    expect(openai.calls.map(({ prompt }) => prompt)).toEqual(['A lighthouse at dusk']);
    const [record = ''] = await records(project);
    const picture = record.replace(/\.json$/, '.png');
    expect(await project.readBytes(`.prompt-image/${picture}`)).toEqual(openai.picture);
    expect(JSON.parse(await project.read(`.prompt-image/${record}`))).toMatchObject({
      provider: 'ai-sdk:openai.image',
      model: 'gpt-image-1',
      modelVersion: 'gpt-image-1',
      responseId: 'req_loopback',
      sourceType: 'trainedAlgorithmicMedia',
      request: { model: 'gpt-image-1', prompt: 'A lighthouse at dusk', aspectRatio: '1:1', imageSize: '1K' },
    });
    expect((await generate(project, openai)).code).toBe(0);
    expect(openai.requests).toBe(1);
    expect(output + (await everything(project))).not.toContain(openai.key.slice(8));
  });

  test('says what a refusal says, without the key', async () => {
    await using openai = await startOpenAI();
    await using project = await createProject(packageName);
    const words = `Rejected by the safety system, says Bearer ${openai.key}.`;
    openai.script(openaiError(400, words, { code: 'moderation_blocked' }));
    const { code, output } = await generate(project, openai);
    expect(code).toBe(1);
    expect(output).toContain('[PROVIDER_REFUSED]');
    expect(output).toContain('“Rejected by the safety system, says Bearer [key]');
    expect(output).not.toMatch(/^\s+at .*[:(]/m);
    expect(output + (await everything(project))).not.toContain(openai.key.slice(8));
    expect(await records(project)).toEqual([]);
  });
});

test('a project that does not name the model is told where to', async () => {
  await using openai = await startOpenAI();
  await using project = await createProject('ai-sdk-openai3', {});
  const { code, output } = await generate(project, openai);
  expect(code).toBe(1);
  expect(output).toContain('Set defaults.model in prompt-image.config to one of: gpt-image-1.');
  expect(openai.requests).toBe(0);
});
