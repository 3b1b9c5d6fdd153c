import { half, showPictures } from './show.js';
import bay from './theme/bay.image';
import cabin from './theme/cabin.image';
import ridge from './theme/ridge.image';

showPictures({
  bay: [bay, { sizes: 'min(100vw, 88rem)', priority: true }],
  ridge: [ridge, { sizes: half, placeholder: true }],
  cabin: [cabin, { sizes: half, placeholder: true }],
});
