import { expect, test } from 'vitest';
import {
  declarationFile,
  isOwnDeclaration,
  manifestOfDeclaration,
  renderDeclaration,
} from '../../src/image/declaration.js';

const header = `/* eslint-disable */
// Made by unplugin-prompt-image from the manifest beside it; edits are lost.
// Commit this file, or run \`npx prompt-image types\` before tsc.
`;

test('an image', () => {
  expect(
    renderDeclaration({ kind: 'image', variants: [] }),
  ).toBe(`${header}import type { PromptImage } from 'unplugin-prompt-image';

declare const image: Omit<PromptImage, 'variants'>;
export default image;
`);
});

test('its variants, in their order, quoted where they are no identifiers', () => {
  expect(
    renderDeclaration({ kind: 'image', variants: ['portrait', '2x', 'dark-mode', 'class'] }),
  ).toBe(`${header}import type { PromptImage, PromptImageVariant } from 'unplugin-prompt-image';

declare const image: Omit<PromptImage, 'variants'> & {
  variants: {
    portrait: PromptImageVariant;
    '2x': PromptImageVariant;
    'dark-mode': PromptImageVariant;
    class: PromptImageVariant;
  };
};
export default image;
`);
});

test('a collection', () => {
  const items = [
    { name: 'pear', variants: ['dark', 'a.b'] },
    { name: 'dragon-fruit', variants: [] },
    { name: 'list', variants: [] },
    { name: 'apple', variants: [] },
  ];
  expect(
    renderDeclaration({ kind: 'collection', items }),
  ).toBe(`${header}import type { CollectionImage as $CollectionImage, PromptImageVariant as $Variant } from 'unplugin-prompt-image';

type $Item<Name extends string> = Omit<$CollectionImage, 'name' | 'variants'> & { name: Name };
type $Items = {
  pear: $Item<'pear'> & { variants: { dark: $Variant; 'a.b': $Variant } };
  'dragon-fruit': $Item<'dragon-fruit'>;
  list: $Item<'list'>;
  apple: $Item<'apple'>;
};

declare const $items: $Items;
export default $items;
/** In the order of the manifest. */
export declare const list: $Items[keyof $Items][];
export declare const pear: $Items['pear'];
export declare const apple: $Items['apple'];
`);
});

test('where it lies, and whose it is', () => {
  expect(declarationFile('src/hero.image.json')).toBe('src/hero.image.d.json.ts');
  expect(manifestOfDeclaration('src/fruits.images.d.json.ts')).toBe('src/fruits.images.json');
  expect(isOwnDeclaration(renderDeclaration({ kind: 'image', variants: [] }).replaceAll('\n', '\r\n'))).toBe(true);
  expect(isOwnDeclaration('declare const image: { src: string };\nexport default image;\n')).toBe(false);
});
