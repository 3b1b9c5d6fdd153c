import { readFile } from 'node:fs/promises';

type Protocol = (png: string) => string;

const ESCAPE = '\x1b';

/** @see https://iterm2.com/documentation-images.html */
const iterm: Protocol = (png) => `${ESCAPE}]1337;File=inline=1;preserveAspectRatio=1:${png}\x07`;

/** @see https://sw.kovidgoyal.net/kitty/graphics-protocol/, of which 4096 is the longest piece */
const kitty: Protocol = (png) => {
  const pieces = png.match(/.{1,4096}/g) ?? [];
  const control = (index: number) => `${index === 0 ? 'a=T,f=100,' : ''}m=${Number(index < pieces.length - 1)}`;
  return pieces.map((piece, index) => `${ESCAPE}_G${control(index)};${piece}${ESCAPE}\\`).join('');
};

/** Prints the path of a PNG, and above it the picture where the terminal can show one. */
export async function showPicture(path: string, name: string): Promise<void> {
  const protocol = process.stdout.isTTY ? protocolOf(process.env) : undefined;
  if (protocol) console.log(protocol((await readFile(path)).toString('base64')));
  console.log(name);
}

/** What the terminal says of itself. Multiplexers pass neither protocol on by themselves. */
function protocolOf({ TERM = '', TERM_PROGRAM = '', TMUX, STY }: NodeJS.ProcessEnv): Protocol | undefined {
  if (TMUX !== undefined || STY !== undefined) return undefined;
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm') return iterm;
  return TERM === 'xterm-kitty' || TERM === 'xterm-ghostty' ? kitty : undefined;
}
