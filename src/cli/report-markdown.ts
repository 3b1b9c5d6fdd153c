import { basename } from 'node:path';
import type { Disclosure, PictureChange, PictureDiff } from '../project.js';
import { markdownTable } from './github.js';
import { counted } from './terminal.js';

/** How every image came to be. It says nothing of when it was made, so that it can be committed and compared. */
export function renderDisclosure(images: readonly Disclosure[]): string {
  const pictured = images.filter(({ picture }) => picture !== undefined);
  const others = images.filter(({ picture }) => picture === undefined);
  const parts = ['# Images and how they came to be', summaryOf(pictured)];
  if (pictured.length > 0) {
    const head = ['Image', 'Picture', 'Origin', 'Source type', 'Model', 'Provider', 'Date', 'References', 'Alt'];
    parts.push(markdownTable(head, pictured.map(rowOf)));
  }
  if (others.length > 0) {
    const lines = others.map(({ address, error }) => `- ${address}${error ? `: ${error.what}` : ''}`);
    parts.push('## Without a picture', lines.join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function summaryOf(images: readonly Disclosure[]): string {
  const origins = ['generated', 'kept', 'adopted'].flatMap((origin) => {
    const count = images.filter(({ picture }) => picture?.origin === origin).length;
    return count > 0 ? [`${count} ${origin}`] : [];
  });
  return `${counted(images.length, 'image')}${origins.length > 0 ? `: ${origins.join(', ')}` : ''}.`;
}

function rowOf({ address, state, alt, picture }: Disclosure): string[] {
  const {
    file = '',
    origin = '',
    sourceType,
    provider,
    model,
    modelVersion,
    createdAt = '',
    references = [],
  } = picture ?? {};
  const answered = modelVersion === undefined || modelVersion === model ? '' : ` (${modelVersion})`;
  return [
    state === 'stale' ? `${address} (stale: of an earlier prompt)` : address,
    file,
    origin,
    sourceType ?? 'unknown',
    model === undefined ? (modelVersion ?? 'unknown') : `${model}${answered}`,
    provider ?? 'unknown',
    createdAt.slice(0, 10),
    references.join(', ') || 'none',
    alt === '' ? 'decorative' : (alt ?? 'missing'),
  ];
}

/** Which pictures are others than in an earlier commit. @param sheet the contact sheet, as people should look for it */
export function renderDiff({ changes, unreadable }: PictureDiff, base: string, sheet: string | undefined): string {
  const parts = [`### Pictures since ${base}`];
  if (changes.length === 0) parts.push(`No picture changed since ${base}.`);
  else {
    const counts = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
      const count = changes.filter((change) => kindOf(change) === kind).length;
      return count > 0 ? [`${count} ${kind}`] : [];
    });
    const rows = changes.map((change) => [change.address, whyOf(change), nameOf(change.before), nameOf(change.after)]);
    parts.push(`${counts.join(', ')}.`, markdownTable(['Image', 'What', 'Before', 'After'], rows));
  }
  if (sheet !== undefined) parts.push(`Contact sheet, before on the left and after on the right: ${sheet}`);
  if (unreadable.length > 0) {
    const lines = unreadable.map(({ address, when, error }) => {
      return `- ${address}, ${when === 'before' ? `at ${base}` : 'now'}: ${error.what}`;
    });
    parts.push('Not compared:', lines.join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

export function kindOf({ before, after }: PictureChange): 'added' | 'changed' | 'removed' {
  return before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
}

function whyOf(change: PictureChange): string {
  const kind = kindOf(change);
  if (kind !== 'changed') return kind;
  return change.changed.length > 0
    ? `changed: ${change.changed.join(', ')}`
    : 'changed: another picture of the same prompt';
}

function nameOf(original: PictureChange['before']): string {
  return original === undefined ? '—' : basename(original.path);
}
