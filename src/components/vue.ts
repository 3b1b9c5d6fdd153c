import { defineComponent, h, type ImgHTMLAttributes, type PropType } from 'vue';
import type { PromptImage } from '../image/object.js';
import { planPicture } from '../image/picture.js';

/**
 * An image as a complete `<picture>`: every format, the variants that have a `media`, `alt`, size, lazy loading, a placeholder.
 * Attributes and listeners are those of the `<img>`: `class`, `style`, `@load`, …
 *
 * @throws TypeError for anything but an image, or choices that contradict each other
 */
export const Picture = defineComponent({
  name: 'PromptImagePicture',
  inheritAttrs: false,
  props: {
    /** What a manifest is imported as. */
    src: { type: Object as PropType<PromptImage>, required: true },
    /** Instead of the image's own; `''` marks it as decoration. */
    alt: String,
    /** How wide the picture is shown, as in HTML. @default 'auto, 100vw' */
    sizes: String,
    /** @default 'lazy', with `priority` 'eager' */
    loading: String as PropType<'lazy' | 'eager'>,
    /** For the picture that is seen first: it loads at once and before others. */
    priority: Boolean,
    /** Shows the image's blur, else its colour, until it has loaded. */
    placeholder: { type: Boolean, default: true },
  },
  setup(props, { attrs }) {
    return () => {
      const { src, ...choices } = props;
      const { sources, img, background } = planPicture(src, choices, '<Picture>');
      const { srcset, src: url, ...attributes } = img;
      const { style, ...rest } = attrs as ImgHTMLAttributes;
      return h('picture', [
        ...sources.map((source) => h('source', { key: `${source.media} ${source.type}`, ...source })),
        h('img', {
          ...attributes,
          ...rest,
          ...(background === undefined ? style && { style } : { style: [{ background }, style] }),
          // Last, since a browser starts to load with the first URL.
          srcset,
          src: url,
        }),
      ]);
    };
  },
});
