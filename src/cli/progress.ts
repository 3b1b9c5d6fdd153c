import { clearLine, cursorTo } from 'node:readline';
import { type GeneratePlan, type ProgressEvent, type Project, progressOf, renderPrice } from '../project.js';
import { styled } from './terminal.js';

/** What is shown while pictures are bought. */
export interface Progress {
  onEvent: (event: ProgressEvent) => void;
  /** A line of its own that stays. */
  say: (text: string) => void;
  /** Takes away what does not stay, and says no more how long it will take. What still arrives is told. */
  end: () => void;
}

/** How often the time that is left is counted anew, in milliseconds. */
const TICK = 1000;

/**
 * A line for each picture that arrives and, on a terminal, one below them that is kept up to date.
 *
 * Not clack's: its spinner takes the keyboard and ends the process at the first Ctrl-C, whatever is being paid for.
 */
export function showProgress(
  { waiting, ...plan }: GeneratePlan,
  { config }: Project,
  stream: NodeJS.WriteStream = process.stdout,
): Progress {
  const count = plan.count + waiting.length;
  const each = plan.costUpTo === undefined ? undefined : plan.costUpTo / Math.max(1, count);
  const started = Date.now();
  let done = 0;
  let failed = 0;
  let ended = false;

  /** Seconds. The first pictures come together: until then nobody knows how long one takes. */
  const timeLeft = () =>
    ended || done < config.concurrency
      ? 0
      : Math.round((((Date.now() - started) / done) * (count - done - failed)) / 1000);

  /** `≈ $0.067 · 40 s left` */
  const standing = () => {
    const spent = each === undefined ? undefined : each * done;
    const left = timeLeft();
    return `${renderPrice(spent, config)}${left > 0 ? ` · ${left} s left` : ''}`;
  };
  const live = createLiveLine(stream, () => `  ${done}/${count} · ${done === 0 ? 'buying …' : standing()}`);

  return {
    say: live.say,
    end: () => {
      ended = true;
      live.end();
    },
    onEvent: (event) => {
      if (event.type === 'retrying') live.say(styled('dim', `  ${progressOf(event)}`, stream));
      if (event.type === 'bought') {
        done += 1;
        const facts = styled('dim', ` · ${standing()}`, stream);
        live.say(`${styled('green', '✓', stream)} ${done}/${count} ${event.address}${facts}`);
      }
      // What Ctrl-C has stopped is counted at the end.
      if (event.type === 'failed' && event.error.code !== 'ABORTED') {
        failed += 1;
        live.say(`${styled('red', '✗', stream)} ${event.address}  ${event.error.what}`);
      }
      live.draw();
    },
  };
}

/** One line at the bottom of a terminal. Elsewhere there is none, and what is said are plain lines. */
function createLiveLine(stream: NodeJS.WriteStream, text: () => string) {
  const erase = () => {
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  let over = !stream.isTTY;
  const draw = () => {
    if (over) return;
    erase();
    // One that wraps could not be taken back.
    stream.write(styled('dim', text().slice(0, stream.columns - 1), stream));
  };
  const ticking = setInterval(draw, TICK).unref();
  return {
    draw,
    say: (line: string) => {
      if (!over) erase();
      stream.write(`${line}\n`);
    },
    end: () => {
      clearInterval(ticking);
      if (!over) erase();
      over = true;
    },
  };
}
