import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ask, bodyOf, validRequest } from './client.js';
import {
  apiError,
  delayed,
  dripping,
  endless,
  file,
  htmlError,
  never,
  notJson,
  picture,
  redirect,
  resetBeforeAnswer,
  sometimes,
  startGemini,
  textOnly,
  truncatedBody,
} from './gemini.js';

test.each([502, 503, 504] as const)('%i is a page of nginx', async (status) => {
  await using gemini = await startGemini();
  gemini.script(htmlError(status));
  const response = await ask(gemini);
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html']);
  expect(await response.text()).toContain('<center>nginx</center>');
});

test('JSON is declared and does not come', async () => {
  await using gemini = await startGemini();
  gemini.script(notJson());
  const response = await ask(gemini);
  expect(response.headers.get('content-type')).toBe('application/json');
  await expect(response.json()).rejects.toThrow(SyntaxError);
});

test('a truncated body ends before its declared length', async () => {
  await using gemini = await startGemini();
  gemini.script(truncatedBody(picture()));
  const response = await ask(gemini);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(/terminated/);
  await expect(gemini.requests[0]!.finished).resolves.toBe('cut');
});

test('the connection is reset once the whole request is read', async () => {
  await using gemini = await startGemini();
  gemini.script(resetBeforeAnswer());
  await expect(ask(gemini)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(gemini.requests[0]!.prompt).toBe('A quiet harbour');
  await expect(gemini.requests[0]!.finished).resolves.toBe('cut');
  expect((await ask(gemini)).status).toBe(200);
});

test('a call without an answer lasts until the client gives up', async () => {
  await using gemini = await startGemini();
  gemini.script(never());
  const controller = new AbortController();
  const asked = ask(gemini, 'google', { signal: controller.signal });
  const request = await gemini.called(1);
  expect(gemini.inFlight).toBe(1);
  controller.abort();
  await expect(asked).rejects.toThrow(/aborted/);
  await expect(request.finished).resolves.toBe('abandoned');
  expect(gemini.inFlight).toBe(0);
});

test('close ends a call that hangs', async () => {
  const gemini = await startGemini();
  gemini.script(never());
  const asked = ask(gemini);
  await gemini.called(1);
  await Promise.all([expect(asked).rejects.toThrow(), gemini.close()]);
  await expect(fetch(gemini.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await gemini.close();
});

test('delayed answers hold calls open, and the most at once are counted', async () => {
  await using gemini = await startGemini();
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  gemini.always(delayed(gate, textOnly()));
  const asked = [ask(gemini), ask(gemini), ask(gemini)];
  await gemini.called(3);
  expect([gemini.inFlight, gemini.maxInFlight]).toEqual([3, 3]);
  open();
  await Promise.all(asked);
  await ask(gemini);
  expect([gemini.inFlight, gemini.maxInFlight, gemini.calls]).toEqual([0, 3, 4]);
});

test('a client that asks one after another is never counted twice', async () => {
  await using gemini = await startGemini();
  gemini.always(picture({ size: { width: 600, height: 600 }, format: 'png' }));
  for (let call = 0; call < 12; call++) await bodyOf(await ask(gemini));
  expect(gemini.maxInFlight).toBe(1);
});

test('delayed by milliseconds', async () => {
  await using gemini = await startGemini();
  gemini.script(delayed(60, textOnly()));
  const start = performance.now();
  await ask(gemini);
  expect(performance.now() - start).toBeGreaterThan(55);
});

test('redirects lead where the test says', async () => {
  await using gemini = await startGemini();
  gemini.script(redirect('https://example.com/elsewhere', 307));
  const response = await ask(gemini);
  expect([response.status, response.headers.get('location')]).toEqual([307, 'https://example.com/elsewhere']);
});

test('hosted files take every kind of answer and are no calls', async () => {
  await using gemini = await startGemini();
  const target = gemini.serve('/a.png', file(Buffer.from([1, 2, 3]), 'image/png'));
  const response = await fetch(gemini.serve('/b.png', redirect(target)), { headers: { 'x-probe': '1' } });
  expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([1, 2, 3]));
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(gemini.requests.map(({ path }) => path)).toEqual(['/b.png', '/a.png']);
  expect(gemini.requests[0]!.headers['x-probe']).toBe('1');
  expect((await fetch(`${gemini.url}/c.png`)).status).toBe(404);
  expect([gemini.calls, gemini.maxInFlight]).toEqual([0, 0]);
});

test('a client that leaves in the middle of its request is recorded and harmless', async () => {
  await using gemini = await startGemini();
  const { port, hostname } = new URL(gemini.url);
  const socket = connect(Number(port), hostname);
  socket.write('POST /v1beta/models/x:generateContent HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"contents"');
  await expect.poll(() => gemini.requests.length).toBe(1);
  socket.destroy();
  await expect(gemini.requests[0]!.finished).resolves.toBe('abandoned');
  expect([gemini.inFlight, gemini.calls]).toEqual([0, 0]);
  expect((await ask(gemini, 'google', { body: validRequest('again') })).status).toBe(200);
});

test('a file drips, and an endless one ends when the client leaves', async () => {
  await using gemini = await startGemini();
  const bytes = Buffer.from(Array.from({ length: 25 }, (_, index) => index));
  const start = performance.now();
  const slow = await fetch(gemini.serve('/slow.png', dripping(bytes, 'image/png', 10)));
  expect(Buffer.from(await slow.arrayBuffer())).toEqual(bytes);
  expect(performance.now() - start).toBeGreaterThan(80);
  const response = await fetch(gemini.serve('/endless.png', endless('image/png')));
  const reader = response.body!.getReader();
  expect([response.headers.get('content-length'), (await reader.read()).value?.[0]]).toEqual([null, 1]);
  await reader.cancel();
  await expect(gemini.requests.at(-1)!.finished).resolves.toBe('abandoned');
});

test('answers come at a rate, in the order of a seed', async () => {
  await using gemini = await startGemini();
  const statuses = async (seed: number) => {
    gemini.always(sometimes(0.3, apiError(429), sometimes(0.5, apiError(503), textOnly(), seed), seed));
    const answered: number[] = [];
    for (let call = 0; call < 60; call++) answered.push((await ask(gemini)).status);
    return answered;
  };
  const [first, again, other] = [await statuses(1), await statuses(1), await statuses(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  for (const status of [429, 503, 200]) {
    const share = first.filter((each) => each === status).length / first.length;
    expect(share, `${status}`).toBeGreaterThan(0.15);
    expect(share, `${status}`).toBeLessThan(0.55);
  }
});
