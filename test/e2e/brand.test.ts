import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { createSite, type Site, startSmallGemini } from './support/site.js';

const BRANDED = 30;
const PLAIN = 10;
const ITEMS = 200;
/** Base, dark and portrait; the third variant shows its base's picture. */
const PICTURES = 3;
const ALL = (BRANDED + PLAIN) * PICTURES + ITEMS;

const preset = (style: string) => ({ style, output: { quality: { webp: 60 } } });
const variants = {
  dark: { prompt: 'The same scene at night', references: ['@base'], media: '(prefers-color-scheme: dark)' },
  portrait: { aspectRatio: '9:16', media: '(max-width: 640px)' },
  thumb: { output: { widths: [16] } },
};

let gemini: Gemini;
let site: Site;

beforeAll(async () => {
  gemini = await startSmallGemini();
  const names = Array.from({ length: BRANDED + PLAIN }, (_, index) => `scene${index}`);
  const scene = (name: string, index: number) => ({
    prompt: `The view of ${name}`,
    alt: name,
    ...(index < BRANDED ? { extends: '../brand.image-preset.json' } : {}),
    variants,
  });
  const items = Array.from({ length: ITEMS }, (_, index) => ({
    id: `sku-${index}`,
    title: `thing ${index}`,
    price: 9.5,
  }));
  site = await createSite(gemini, {
    images: Object.fromEntries(names.map((name, index) => [name, scene(name, index)])),
    files: {
      'brand.image-preset.json': preset('Flat vector, muted teal'),
      'src/products.json': items,
      'src/products.images.json': {
        prompt: 'A {{title}} on slate',
        alt: '{{title}}',
        extends: '../brand.image-preset.json',
        items: './products.json',
      },
      'src/main.js': [
        ...names.map((name) => `import ${name} from './${name}.image.json';`),
        "import { list } from './products.images.json';",
        `globalThis.images = { ${names.join(', ')}, list };`,
      ].join('\n'),
    },
  });
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await gemini.close();
});

async function states(): Promise<Record<string, number>> {
  const { stdout } = await site.command(['status', '--json'], {});
  const { images } = JSON.parse(stdout) as { images: { state: string }[] };
  const count = (state: string) => images.filter((image) => image.state === state).length;
  return Object.fromEntries(['ok', 'stale', 'missing', 'waiting', 'invalid'].map((state) => [state, count(state)]));
}

/*
 * One story, told in order: a brand's style over forty manifests with three variants each and over a catalogue.
 */
test('each picture is bought once', { timeout: 180_000 }, async () => {
  const plan = await site.command(['generate', '--dry-run']);
  expect(plan.output).toContain(`${ALL - BRANDED - PLAIN} to buy, up to ${BRANDED + PLAIN} more`);
  expect(gemini.calls).toBe(0);

  const { code, output } = await site.command(['generate', '--yes']);
  expect(code, output).toBe(0);
  expect(gemini.calls).toBe(ALL);
  const asked = gemini.requests.map(({ prompt, references, ask }) =>
    JSON.stringify([prompt, ask?.aspectRatio, references.map(({ bytes }) => bytes.toString('base64'))]),
  );
  expect(new Set(asked).size).toBe(ALL);

  const built = await site.build();
  expect(built.output).toContain(`${ALL} images: ${ALL} reused, 0 bought`);
  expect(gemini.calls).toBe(ALL);
});

test('one word of the preset makes stale what uses it and nothing else', async () => {
  await site.write('brand.image-preset.json', preset('Flat vector, muted amber'));
  expect(await states()).toEqual({
    ok: PLAIN * PICTURES,
    stale: BRANDED * (PICTURES - 1) + ITEMS,
    waiting: BRANDED,
    missing: 0,
    invalid: 0,
  });
  const { output } = await site.command(['status'], {});
  expect(output).toContain('brand.image-preset.json');
  expect(output).toContain(
    `brand.image-preset.json makes ${BRANDED * (PICTURES - 1) + ITEMS} images stale, ≈ $8.74 to buy anew`,
  );
  expect(output).toContain('Keeping the pictures that there are is free: npx prompt-image keep');
});

test('keeping the pictures costs nothing, and the build is whole', { timeout: 120_000 }, async () => {
  const { code, output } = await site.command(['keep'], {});
  expect(code, output).toBe(0);
  expect(await states()).toMatchObject({ ok: ALL, stale: 0, waiting: 0 });
  expect((await site.build()).output).toContain(`${ALL} images: ${ALL} reused, 0 bought`);
  expect(gemini.calls).toBe(ALL);
});

test('what a preset says of the output is free', async () => {
  await site.write('brand.image-preset.json', {
    ...preset('Flat vector, muted amber'),
    output: { formats: ['webp', 'png'] },
  });
  expect(await states()).toMatchObject({ ok: ALL });
});
