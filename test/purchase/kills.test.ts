import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parseName } from '../../src/originals/names.js';
import { openOriginals } from '../../src/originals/originals.js';
import { STACK } from '../e2e/support/site.js';
import { createShop, expectTidy, type Shop } from './shop.js';

/** In each of the shops. */
const KILLS = 10;
const IMAGES = 120;
/** Milliseconds from the plan to the kill, at most: ends of runs are rare. */
const LONGEST = 400;

/** Always the same numbers from 0 to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What is known of the prompts after each kill. */
interface Ledger {
  /** Calls of those that are paid for for sure: there must be no more of them. */
  settled: Map<string, number>;
  /** Names of the intents of calls that never came back. */
  unanswered: Map<string, Set<string>>;
}

async function inspect(shop: Shop, { settled, unanswered }: Ledger): Promise<void> {
  const calls = await shop.calls();
  const settle = (prompt: string) => {
    if (!settled.has(prompt)) settled.set(prompt, calls.filter((call) => call === prompt).length);
  };
  const open = new Set<string>();
  for (const file of await shop.intents()) {
    if (file.startsWith('.tmp-')) continue;
    const { state, request } = JSON.parse(await shop.read(`.prompt-image/.local/intents/${file}`));
    open.add(file.slice(0, 16));
    if (state === 'asked') unanswered.set(request.prompt, (unanswered.get(request.prompt) ?? new Set()).add(file));
    else settle(request.prompt);
  }
  const originals = openOriginals(shop.path('.prompt-image'));
  const names = (await shop.list('.prompt-image')).flatMap((file) => parseName(file) ?? []);
  for (const stem of await originals.stems()) {
    const [first, second] = names.filter((name) => name.stem === stem);
    if (second) settle((await originals.read(stem)).record.request.prompt);
    // Its record comes next, from the intent that holds both.
    else expect([first?.extension, open.has(first?.key16 ?? '')]).toEqual(['png', true]);
  }
}

const shops: [how: string, seed: number, generate: string, provider: string][] = [
  ['at once', 1, 'await sleep(30); return { bytes: picture };', ''],
  [
    'hosted',
    2,
    `await sleep(30); return { url: 'https://shop.example/a.png' };`,
    'download: () => sleep(20, picture),',
  ],
  ['slow', 3, 'await sleep(200); return { bytes: picture };', ''],
];

test.concurrent.each(shops)(
  'killed again and again, nothing is lost, damaged or bought in silence: %s',
  async (_, seed, generate, provider) => {
    const prompts = Array.from({ length: IMAGES }, (_, index) => `Picture ${index}`);
    await using shop = await createShop({
      images: Object.fromEntries(prompts.map((prompt, index) => [`image-${index}`, prompt])),
      generate,
      provider,
      config: { budget: { maxImages: 10 * IMAGES } },
    });
    const random = randomOf(seed);
    const seen: Ledger = { settled: new Map(), unanswered: new Map() };
    for (let kill = 0; kill < KILLS; kill++) {
      const doomed = await shop.start(['generate']);
      const planned = doomed.waitFor(/to buy/);
      await Promise.race([planned, sleep(200 + 2000 * random())]);
      await sleep(LONGEST * random());
      await doomed.kill('SIGKILL');
      await Promise.allSettled([planned]);
      expect(doomed.output()).not.toMatch(STACK);
      await inspect(shop, seen);
    }
    const checked = JSON.parse((await shop.command(['check', '--json'])).stdout);
    for (const { code } of checked.errors)
      expect(['IMAGE_MISSING', 'CACHE_ORPHAN', 'PURCHASE_UNRESOLVED']).toContain(code);

    const { code, output, stdout } = await shop.command(['generate', '--json']);
    const undecided = [...seen.unanswered].filter(([prompt, { size }]) => size > 1 && !seen.settled.has(prompt));
    expect(code, output).toBe(undecided.length > 0 ? 1 : 0);
    const { plan, purchase } = JSON.parse(stdout) as Record<string, Record<string, { code: string }[]>>;
    const failed = [...(plan?.refused ?? []), ...(purchase?.failed ?? [])];
    expect(failed.map((failure) => failure.code)).toEqual(undecided.map(() => 'PURCHASE_UNRESOLVED'));
    const calls = await shop.calls();
    for (const prompt of prompts) {
      const count = calls.filter((call) => call === prompt).length;
      expect(count, prompt).toBeLessThanOrEqual(Math.min(2, 1 + (seen.unanswered.get(prompt)?.size ?? 0)));
      expect(count, prompt).toBe(seen.settled.get(prompt) ?? count);
    }

    const settled = await shop.command(['generate', '--retry']);
    expect(settled.code, settled.output).toBe(0);
    expect(await shop.calls()).toHaveLength(calls.length + undecided.length);
    expect(await shop.originals('.json')).toHaveLength(IMAGES);
    expect(await shop.intents()).toEqual([]);
    expect((await shop.command(['check', '--json'])).code).toBe(0);
    expect(await shop.list('.prompt-image/.local/runs')).toEqual([]);
    await expectTidy(shop);
  },
  180_000,
);
