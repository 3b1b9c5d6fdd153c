import { picture } from 'unplugin-prompt-image/html';
import { list } from './collection/stamps.images';

const sizes = '(min-width: 56rem) calc(25vw - 2rem), 45vw';

const strip = document.querySelector('[data-strip]');
if (strip) {
  const thumbs = list.flatMap(({ variants }) => (variants?.thumb ? [variants.thumb] : []));
  strip.innerHTML = thumbs.map((thumb) => picture(thumb, { alt: '', placeholder: true })).join('');
}

const stamps = document.querySelector('[data-stamps]');
if (stamps) {
  stamps.innerHTML = list
    .map((image) => {
      const shape = image.width > image.height ? ' class="broad"' : '';
      return `<li${shape}>${picture(image, { sizes, placeholder: true })}<p>${image.name}</p></li>`;
    })
    .join('');
}
