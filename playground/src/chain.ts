import lake from './chain/lake.image';
import seasons from './chain/seasons.image';
import winter from './chain/winter.image';
import { showPictures } from './show.js';

const half = '(min-width: 56rem) calc(47vw - 3.5rem), 100vw';

showPictures({
  lake: [lake, { sizes: half, priority: true, placeholder: true }],
  winter: [winter, { sizes: half, loading: 'eager', placeholder: true }],
  seasons: [seasons, { sizes: 'min(100vw, 99rem)', placeholder: true }],
});
