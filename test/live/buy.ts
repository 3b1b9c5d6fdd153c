import sharp from 'sharp';
import { renderFailure } from '../../src/failure.js';
import { type ImageRequest, type Provider, ProviderError } from '../../src/providers/provider.js';
import { recordAnswers } from './record.js';
import { shapeOf } from './shape.js';

const TIMEOUT = 180_000;

/**
 * Buys one picture and prints what came.
 *
 * @returns the picture, small enough to be sent along with the next request; `undefined` where that failed
 */
export async function buy(
  provider: Provider,
  request: ImageRequest,
  apiKey: string,
): Promise<ImageRequest['references'][number] | undefined> {
  const { aspectRatio, references } = request;
  console.log(`\n${references.length > 0 ? 'An edit' : 'A picture'}${aspectRatio ? `, ${aspectRatio}` : ''}`);
  const start = performance.now();
  const say = (name: string, value: unknown) => console.log(`  ${name.padEnd(9)}${value}`);
  const recorded = recordAnswers();
  try {
    const answer = await provider.generate(request, { signal: AbortSignal.timeout(TIMEOUT), raster: noRaster });
    say('took', `${((performance.now() - start) / 1000).toFixed(1)} s`);
    const bytes = 'url' in answer ? await download(provider, answer.url) : answer.bytes;
    if ('url' in answer) say('hosted', new URL(answer.url).host);
    say('picture', await describe(bytes, aspectRatio));
    say('caption', `${answer.caption?.length ?? 0} characters`);
    const resized = sharp(bytes).rotate().resize(1024, 1024, { fit: 'inside', withoutEnlargement: true });
    return { bytes: await resized.jpeg().toBuffer(), mimeType: 'image/jpeg' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    console.log(renderFailure(error));
    console.log(`Retry: ${error.retry}, after: ${error.retryAfter ?? 'not said'}`);
    return undefined;
  } finally {
    for (const { status, body } of recorded()) say(`HTTP ${status}`, shapeOf(body, apiKey));
  }
}

async function noRaster(): Promise<never> {
  throw new Error('No service paints from SVG');
}

async function download(provider: Provider, url: string): Promise<Uint8Array> {
  if (!provider.download) throw new Error(`${provider.name} cannot download`);
  return provider.download(url, { signal: AbortSignal.timeout(TIMEOUT) });
}

/** `jpeg 1376×768, 412 KB, 0.8 % wider than asked for` */
async function describe(bytes: Uint8Array, aspectRatio: string | undefined): Promise<string> {
  const { format, width, height } = await sharp(bytes).metadata();
  const size = `${format} ${width}×${height}, ${Math.round(bytes.length / 1000)} KB`;
  if (aspectRatio === undefined) return size;
  const [x = 1, y = 1] = aspectRatio.split(':').map(Number);
  const deviation = (width / height / (x / y) - 1) * 100;
  return `${size}, ${Math.abs(deviation).toFixed(1)} % ${deviation < 0 ? 'narrower' : 'wider'} than asked for`;
}
