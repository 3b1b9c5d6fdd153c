import { basename } from 'node:path';
import { labelOf } from '../image/label.js';

/** Words that JavaScript keeps for itself, among those that a picture may be named after. */
const RESERVED =
  /^(?:arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield)$/;

/**
 * `import heroShot from './hero-shot.image.json';`, as a module beside the manifest writes it. TypeScript would take that for the
 * JSON itself: there the ending is left out.
 */
export function importLine(address: string, usesTypeScript: boolean): string {
  const file = usesTypeScript ? basename(address, '.json') : basename(address);
  return `import ${nameOf(address)} from ${quoted(`./${file}`)};`;
}

function nameOf(address: string): string {
  const name = labelOf(address).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  if (RESERVED.test(name)) return `${name}Image`;
  return /^\d/.test(name) ? `image${name}` : name;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
