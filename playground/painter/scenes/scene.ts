import type { Light } from '../light.js';
import type { Random } from '../random.js';
import type { Sheet } from '../sheet.js';

/** Paints a kind of place, back to front. `says`: whether the prompt has one of these words. */
export type Scene = (sheet: Sheet, light: Light, random: Random, says: (...words: string[]) => boolean) => string[];
