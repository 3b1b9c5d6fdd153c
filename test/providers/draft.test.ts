import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nominalSize } from '../../src/image/nominal-size.js';
import type { Size } from '../../src/image/plan.js';
import { draft } from '../../src/providers/draft/draft.js';
import { staleBadge } from '../../src/providers/draft/stale-badge.js';
import type { ImageRequest } from '../../src/providers/provider.js';

/** As the models' documentation has it. */
const pixels: Record<string, [width: number, height: number]> = {
  '1:1': [1024, 1024],
  '3:2': [1264, 848],
  '2:3': [848, 1264],
  '3:4': [896, 1200],
  '4:3': [1200, 896],
  '4:5': [928, 1152],
  '5:4': [1152, 928],
  '9:16': [768, 1376],
  '16:9': [1376, 768],
  '21:9': [1584, 672],
};
const ratios = Object.keys(pixels);
const lighthouse =
  'A lighthouse at dusk above a calm sea, warm light in the windows, seen from a small boat, gentle mist, painted in gouache';

let fontConfig: string;
let sharp: (input: Buffer) => Sharp;
beforeAll(async () => {
  // librsvg reads it once, when it first looks for a font: before sharp is loaded. Only the package's own font is there.
  fontConfig = mkdtempSync(join(tmpdir(), 'prompt-image-fonts-'));
  const assets = fileURLToPath(new URL('../../assets', import.meta.url));
  writeFileSync(
    join(fontConfig, 'fonts.conf'),
    `<fontconfig><dir>${assets}</dir><cachedir>${fontConfig}</cachedir></fontconfig>`,
  );
  process.env.FONTCONFIG_FILE = join(fontConfig, 'fonts.conf');
  sharp = (await import('sharp')).default;
});
afterAll(() => rmSync(fontConfig, { recursive: true, force: true }));

function request(fields: Partial<ImageRequest> = {}): ImageRequest {
  return { prompt: lighthouse, model: 'any', imageSize: '1K', references: [], take: 1, ...fields };
}

/** What the provider hands to the renderer, and the picture that it answers with. */
async function paint(fields: Partial<ImageRequest> = {}): Promise<{ svg: string; size: Size; bytes: Buffer }> {
  let asked: { svg: string; size: Size } | undefined;
  const raster = async (svg: string, size: Size) => {
    asked = { svg, size };
    return sharp(Buffer.from(svg)).png({ compressionLevel: 1 }).toBuffer();
  };
  const { bytes } = await draft().generate(request(fields), { raster, signal: new AbortController().signal });
  return { ...(asked ?? expect.fail('nothing was rendered')), bytes: Buffer.from(bytes) };
}

/** The document alone, without the cost of rendering it. */
async function documentOf(fields: Partial<ImageRequest> = {}): Promise<string> {
  let document = '';
  const raster = async (svg: string) => {
    document = svg;
    return new Uint8Array();
  };
  await draft().generate(request(fields), { raster, signal: new AbortController().signal });
  return document;
}

interface Text {
  content: string;
  x: number;
  y: number;
  fontSize: number;
}

/** All text elements of a document, top to bottom. */
function textsOf(svg: string): Text[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*? font-size="([\d.]+)"[^>]*>([^<]*)<\/text>/g)].map(
    ([, x, y, fontSize, content = '']) => ({
      content: content.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
      x: Number(x),
      y: Number(y),
      fontSize: Number(fontSize),
    }),
  );
}

/** The prompt's lines, without mark, shape and hint. */
function linesOf(svg: string): Text[] {
  return textsOf(svg).slice(2, -1);
}

function wordsOf(svg: string): string {
  return linesOf(svg)
    .map(({ content }) => content)
    .join(' ');
}

describe('the size', () => {
  test.each(Object.entries(pixels))('of %s is %j', async (aspectRatio, [width, height]) => {
    const { size, bytes } = await paint({ aspectRatio });
    expect(size).toEqual({ width, height });
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width, height });
  });

  test('without a ratio is a square, named by its pixels', async () => {
    const { svg, size } = await paint();
    expect(size).toEqual({ width: 1024, height: 1024 });
    expect(textsOf(svg)[1]?.content).toBe('1024 × 1024');
  });

  test('of a ratio without a row is about a megapixel in multiples of 16', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (a, b) => {
        fc.pre(a / b <= 8 && b / a <= 8);
        const { width, height } = nominalSize(`${a}:${b}`);
        expect([width % 16, height % 16]).toEqual([0, 0]);
        expect((width * height) / 2 ** 20).toBeCloseTo(1, 0.6);
        expect(Math.abs(width / height / (a / b) - 1)).toBeLessThan(0.05);
      }),
    );
    expect(nominalSize('4:1')).toEqual({ width: 2048, height: 512 });
  });

  test.each(['0:0', '1:0', '0:1', 'wide', '', '-1:2', `${'9'.repeat(40)}:1`, 'constructor'])(
    'of %j, which is no shape, can still be rendered',
    (ratio) => {
      const { width, height } = nominalSize(ratio);
      for (const side of [width, height]) {
        expect(side).toBeGreaterThanOrEqual(16);
        expect(side).toBeLessThanOrEqual(8192);
      }
    },
  );
});

describe('a draft', () => {
  test('is free, and the same each time', async () => {
    expect(draft()).toMatchObject({ name: 'draft', free: true });
    const [first, second] = [await paint(), await paint()];
    expect(second.svg).toBe(first.svg);
    expect(second.bytes.equals(first.bytes)).toBe(true);
  });

  test('differs by prompt and by take, in more than its words', async () => {
    const art = async (fields: Partial<ImageRequest>) => (await documentOf(fields)).replace(/<text.*?<\/text>/g, '');
    const seen = new Set<string>();
    for (let index = 0; index < 20; index++) seen.add(await art({ prompt: `picture ${index}` }));
    for (const take of [2, 'k3f9']) seen.add(await art({ prompt: 'picture 0', take }));
    expect(seen.size).toBe(22);
  });

  test.each(ratios)('of %s shows every word of a short prompt, inside the margins', async (aspectRatio) => {
    const svg = await documentOf({ aspectRatio });
    expect(wordsOf(svg)).toBe(lighthouse);
    const { width, height } = nominalSize(aspectRatio);
    for (const { content, x, y, fontSize } of textsOf(svg)) {
      expect(x).toBeGreaterThan(width * 0.03);
      expect(x + content.length * 0.6 * fontSize).toBeLessThan(width * 0.97);
      expect(y - fontSize).toBeGreaterThan(0);
      expect(y + 0.3 * fontSize).toBeLessThan(height);
    }
  });

  test('cuts a long prompt off with an ellipsis, and is not slowed down by a huge one', async () => {
    const long = `${lighthouse}. `.repeat(10_000);
    const words = wordsOf(await documentOf({ prompt: long }));
    expect(words.endsWith('…')).toBe(true);
    expect(words.length).toBeGreaterThan(300);
    expect(long.startsWith(words.slice(0, -1))).toBe(true);
  });

  test('breaks a word that is longer than a line, and keeps a line for one that is not', async () => {
    const endless = linesOf(await documentOf({ prompt: 'x'.repeat(300) }));
    expect(endless.length).toBeGreaterThan(1);
    expect(endless.map(({ content }) => content).join('')).toBe('x'.repeat(300));
    const captain = 'Donaudampfschifffahrtsgesellschaftskapitän';
    expect(wordsOf(await documentOf({ prompt: `Der ${captain} winkt` }))).toContain(captain);
  });

  test('sets paragraphs apart', async () => {
    const [prompt, style] = linesOf(await documentOf({ prompt: 'A red bicycle\n\nflat vector', aspectRatio: '16:9' }));
    expect([prompt?.content, style?.content]).toEqual(['A red bicycle', 'flat vector']);
    expect((style?.y ?? 0) - (prompt?.y ?? 0)).toBeGreaterThan((prompt?.fontSize ?? 0) * 1.6);
  });

  test('has glyphs of its own for European languages, on a machine without fonts', async () => {
    // The bar after a glyph tells how wide that glyph is. A stand-in for a missing one is not 0.6 em wide.
    const rightEdge = async (text: string) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><text x="10" y="40" font-size="40" font-family="Prompt Image Mono">${text}|</text></svg>`;
      const { info } = await sharp(Buffer.from(svg)).trim().png().toBuffer({ resolveWithObject: true });
      return info.width - (info.trimOffsetLeft ?? 0);
    };
    const expected = await rightEdge('a');
    for (const character of 'WßłżćŐÇñθΩЖщїґ…„“–—→≠€½') expect(await rightEdge(character), character).toBe(expected);
    expect(await rightEdge('漢')).not.toBe(expected);
  });
});

describe('legibility', () => {
  /** Relative luminance of WCAG 2.2. */
  const luminance = (channels: readonly number[]) =>
    channels
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);

  test('words have a contrast of 4.5 to every pixel behind them', async () => {
    for (let index = 0; index < 40; index++) {
      const aspectRatio = ratios[index % ratios.length] ?? '1:1';
      const svg = await documentOf({ prompt: `${index} ${lighthouse.repeat(1 + (index % 3) * 4)}`, aspectRatio });
      const ink =
        /<g font-family="Prompt Image Mono[^>]* fill="#([0-9a-f]{6})"/.exec(svg)?.[1] ?? expect.fail('no ink');
      const words = luminance([0, 2, 4].map((at) => Number.parseInt(ink.slice(at, at + 2), 16)));
      const { data, info } = await sharp(Buffer.from(svg.replace(/<text.*?<\/text>/g, '')))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      let worst = 21;
      for (const { content, x, y, fontSize } of textsOf(svg).slice(1)) {
        const right = Math.min(x + content.length * 0.6 * fontSize, info.width);
        for (let row = Math.floor(y - fontSize * 0.75); row < y + fontSize * 0.2; row += 2) {
          for (let column = Math.floor(x); column < right; column += 2) {
            const at = (row * info.width + column) * info.channels;
            const behind = luminance([data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]);
            worst = Math.min(worst, (Math.max(words, behind) + 0.05) / (Math.min(words, behind) + 0.05));
          }
        }
      }
      expect(worst, `${aspectRatio}, prompt ${index}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(ratios)('the mark of %s is read at 320 pixels and in a crop to 4:1', async (aspectRatio) => {
    const { width, height } = nominalSize(aspectRatio);
    const [mark] = textsOf(await documentOf({ aspectRatio }));
    expect(mark?.content).toBe('DRAFT');
    expect(((mark?.fontSize ?? 0) * 320) / width).toBeGreaterThan(10);
    expect((mark?.y ?? 0) - (mark?.fontSize ?? 0)).toBeGreaterThan(height / 2 - width / 8);
    expect(mark?.y).toBeLessThan(height / 2 + width / 8);
  });
});

describe('hostile prompts', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    // UTF-16 code units, lone surrogates and noncharacters among them.
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }).map((units) => String.fromCharCode(...units)),
    fc
      .array(
        fc.constantFrom(
          '<script>',
          '</text>',
          ']]>',
          '<!--',
          '&',
          '&amp;',
          '"',
          "'",
          '\0',
          '\x1b[31m',
          '\u202e',
          '\ud800',
          '\uffff',
          '👩‍👩‍👧‍👦',
          '漢字',
          ' ',
          '\n\n',
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join('')),
  );

  test('make a well-formed document', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, fc.constantFrom(...ratios, '8:1', '1:8', '<:>'), async (prompt, aspectRatio) => {
        const svg = await documentOf({ prompt, aspectRatio });
        // What XML 1.0 calls a Char, and nothing else.
        expect(svg).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        // libxml2, which parses all of it, is strict.
        await sharp(Buffer.from(svg)).metadata();
      }),
      { numRuns: 300 },
    );
  });

  test('are rendered', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, fc.constantFrom(...ratios), async (prompt, aspectRatio) => {
        await expect(paint({ prompt, aspectRatio })).resolves.toBeDefined();
      }),
      { numRuns: 40 },
    );
  });

  test('appear as they were typed', async () => {
    const prompt = `<b class="x">Tom & 'Jerry'</b> -> => != www`;
    const svg = await documentOf({ prompt });
    expect(wordsOf(svg)).toBe(prompt);
    expect(svg).not.toContain('<b');
  });
});

describe('the badge of a stale picture', () => {
  const render = async (size: Size) =>
    sharp(Buffer.from(staleBadge(size)))
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });

  test.each([
    [1376, 768],
    [768, 1376],
    [1024, 1024],
    [1600, 200],
    [200, 200],
    [40, 40],
  ])('fits %i × %i and covers nothing but a corner', async (width, height) => {
    const { data, info } = await render({ width, height });
    expect(info).toMatchObject({ width, height });
    let covered = 0;
    for (let at = 3; at < data.length; at += 4) covered += (data[at] ?? 0) > 0 ? 1 : 0;
    expect(covered).toBeGreaterThan(0);
    expect(covered / (width * height)).toBeLessThan(width >= 768 ? 0.08 : 0.4);
    for (let row = 0; row < height; row++) expect(data[(row * width + width - 1) * 4 + 3]).toBe(0);
    for (let column = 0; column < width; column++) expect(data[((height - 1) * width + column) * 4 + 3]).toBe(0);
  });

  test('is read where a picture of 1376 pixels is shown at 320', () => {
    const [word] = textsOf(staleBadge({ width: 1376, height: 768 }));
    expect(word?.content).toBe('STALE');
    expect(((word?.fontSize ?? 0) * 320) / 1376).toBeGreaterThan(10);
  });
});
