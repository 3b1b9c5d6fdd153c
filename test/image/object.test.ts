import { describe, expect, expectTypeOf, test } from 'vitest';
import { createImage, type ImageFacts, type PromptImage } from '../../src/image/object.js';
import { type PlannedFile, planImage } from '../../src/image/plan.js';
import { resolve } from '../support/manifests.js';

const original = { width: 1376, height: 768 };

function imageOf(output: object, facts: ImageFacts = { alt: '' }): PromptImage {
  const plan = planImage(original, resolve({ prompt: 'x', output }).output);
  return createImage(plan, facts, ({ width, format }: PlannedFile) => `/a-${width}w.${format}`);
}

describe('the object', () => {
  test('has every size in every format, the last format as its fallback', () => {
    expect(imageOf({ formats: ['avif', 'jpeg'], widths: [320, 'original'] }, { alt: 'A pier' })).toEqual({
      src: '/a-1376w.jpeg',
      width: 1376,
      height: 768,
      format: 'jpeg',
      alt: 'A pier',
      srcset: '/a-320w.jpeg 320w, /a-1376w.jpeg 1376w',
      sources: {
        avif: '/a-320w.avif 320w, /a-1376w.avif 1376w',
        jpeg: '/a-320w.jpeg 320w, /a-1376w.jpeg 1376w',
      },
      img: { src: '/a-1376w.jpeg', w: 1376, h: 768 },
    });
  });

  test('lists the best format first', () => {
    expect(Object.keys(imageOf({}).sources)).toEqual(['avif', 'webp', 'jpeg']);
    expect(Object.keys(imageOf({ formats: ['png', 'webp'] }).sources)).toEqual(['png', 'webp']);
  });

  test('with densities shows the 1× picture', () => {
    expect(imageOf({ formats: ['png'], width: 200 })).toMatchObject({
      src: '/a-200w.png',
      width: 200,
      height: 112,
      srcset: '/a-200w.png 1x, /a-400w.png 2x',
      img: { src: '/a-200w.png', w: 200, h: 112 },
    });
  });

  test('carries the facts, and nothing of those that are not known', () => {
    const facts = {
      alt: '',
      blurDataURL: 'data:,',
      color: '#123456',
      thumbhash: 'aa==',
      caption: 'A',
      draft: true,
    } as const;
    expect(imageOf({}, facts)).toMatchObject(facts);
    const names = ['src', 'width', 'height', 'format', 'alt', 'srcset', 'sources', 'img'];
    expect(Object.keys(imageOf({})).sort()).toEqual(names.sort());
  });

  test('is what Next, Astro and vite-imagetools take', () => {
    interface StaticImageData {
      src: string;
      height: number;
      width: number;
      blurDataURL?: string;
      blurWidth?: number;
      blurHeight?: number;
    }
    interface ImageMetadata {
      src: string;
      width: number;
      height: number;
      format: 'png' | 'jpg' | 'jpeg' | 'tiff' | 'webp' | 'gif' | 'svg' | 'avif';
      orientation?: number;
    }
    interface Picture {
      sources: Record<string, string>;
      img: { src: string; w: number; h: number };
    }
    expectTypeOf<PromptImage>().toExtend<StaticImageData>();
    expectTypeOf<PromptImage>().toExtend<ImageMetadata>();
    expectTypeOf<PromptImage>().toExtend<Picture>();
  });
});
