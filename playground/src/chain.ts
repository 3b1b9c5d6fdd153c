import lake from './chain/lake.image';
import seasons from './chain/seasons.image';
import winter from './chain/winter.image';
import { half, showPictures } from './show.js';

showPictures({
  lake: [lake, { sizes: half, priority: true, placeholder: true }],
  winter: [winter, { sizes: half, loading: 'eager', placeholder: true }],
  seasons: [seasons, { sizes: 'min(100vw, 99rem)', placeholder: true }],
});
