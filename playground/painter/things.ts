import { mix } from './colour.js';
import type { Light } from './light.js';
import { n, type Point, type Sheet } from './sheet.js';

/** A lighthouse with its keeper's house; the lamp is lit. `foot`: the middle of its base. */
export function paintLighthouse(sheet: Sheet, light: Light, [x, foot]: Point, tall: number): string {
  const lamp = light.stars ? '#ffe2a0' : '#fff1c9';
  const [wide, narrow] = [tall * 0.105, tall * 0.068];
  const shaft = foot - tall * 0.76;
  const gallery = shaft - tall * 0.035;
  const lantern = gallery - tall * 0.12;
  const shade = mix(light.pale, light.ink, 0.72);
  const round = sheet.linear(
    [
      [0, light.pale],
      [0.45, mix(light.pale, light.glow, 0.3)],
      [1, shade],
    ],
    true,
  );
  const band = sheet.linear(
    [
      [0, mix('#d8452f', light.glow, 0.1)],
      [1, mix('#7c2320', light.ink, 0.5)],
    ],
    true,
  );
  const widthAt = (y: number) => wide + (narrow - wide) * ((foot - y) / (foot - shaft));
  const ring = (from: number, to: number, paint: string) =>
    `<path d="M${n(x - widthAt(from))} ${n(from)}H${n(x + widthAt(from))}L${n(x + widthAt(to))} ${n(to)}H${n(x - widthAt(to))}Z" fill="${paint}"/>`;
  const box = (left: number, top: number, w: number, h: number, paint: string) =>
    `<rect x="${n(left)}" y="${n(top)}" width="${n(w)}" height="${n(h)}" fill="${paint}"/>`;
  const glow = sheet.radial([
    [0, lamp, 0.95],
    [0.12, lamp, 0.55],
    [0.4, lamp, 0.16],
    [1, lamp, 0],
  ]);
  const [lampY, dark] = [gallery - tall * 0.055, mix(light.ink, '#000000', 0.2)];
  const beam = (to: 1 | -1, reach: number, paint: string) =>
    `<path d="M${n(x)} ${n(lampY)}L${n(x + to * reach)} ${n(lampY - tall * 0.34)}V${n(lampY + tall * 0.02)}Z" fill="${paint}"/>`;
  const fade = (left: number, right: number) =>
    sheet.linear(
      [
        [0, lamp, left],
        [1, lamp, right],
      ],
      true,
    );
  const house = x + wide * 1.5;
  return [
    beam(-1, tall * 2.7, fade(0, 0.4)),
    beam(1, tall * 1.7, fade(0.4, 0)),
    box(house, foot - tall * 0.13, tall * 0.3, tall * 0.2, mix(light.pale, light.ink, 0.45)),
    `<path d="M${n(house - tall * 0.02)} ${n(foot - tall * 0.125)}L${n(house + tall * 0.05)} ${n(foot - tall * 0.22)}H${n(house + tall * 0.26)}L${n(house + tall * 0.32)} ${n(foot - tall * 0.125)}Z" fill="${dark}"/>`,
    box(house + tall * 0.06, foot - tall * 0.09, tall * 0.035, tall * 0.045, lamp),
    box(house + tall * 0.18, foot - tall * 0.09, tall * 0.035, tall * 0.045, mix(lamp, light.ink, 0.6)),
    ring(foot, shaft, round),
    ring(foot - tall * 0.2, foot - tall * 0.38, band),
    ring(foot - tall * 0.55, foot - tall * 0.7, band),
    `<circle cx="${n(x)}" cy="${n(lampY)}" r="${n(tall * 0.62)}" fill="${glow}"/>`,
    box(x - narrow * 1.65, gallery, narrow * 3.3, tall * 0.035, dark),
    box(x - narrow * 0.85, lantern, narrow * 1.7, gallery - lantern, lamp),
    box(x - narrow * 0.04 - narrow * 0.4, lantern, narrow * 0.12, gallery - lantern, dark),
    box(x + narrow * 0.32, lantern, narrow * 0.12, gallery - lantern, dark),
    `<path d="M${n(x - narrow * 1.15)} ${n(lantern)}Q${n(x - narrow * 0.9)} ${n(lantern - tall * 0.075)} ${n(x)} ${n(lantern - tall * 0.1)}Q${n(x + narrow * 0.9)} ${n(lantern - tall * 0.075)} ${n(x + narrow * 1.15)} ${n(lantern)}Z" fill="${dark}"/>`,
  ].join('');
}

/** A small boat under sail, and its image in the water. `keel`: where it meets the water. */
export function paintBoat(sheet: Sheet, light: Light, [x, keel]: Point, tall: number): string {
  const dark = mix(light.ink, light.sky[1], 0.12);
  const at = (dx: number, dy: number) => `${n(x + dx * tall)} ${n(keel + dy * tall)}`;
  const boat = `M${at(-0.3, -0.09)}L${at(0.32, -0.11)}Q${at(0.24, 0)} ${at(0.14, 0.01)}H${n(x - tall * 0.2)}Z`;
  const sails = `M${at(-0.012, -0.13)}V${n(keel - tall)}Q${at(-0.26, -0.5)} ${at(-0.34, -0.15)}ZM${at(0.03, -0.16)}V${n(keel - tall * 0.9)}Q${at(0.24, -0.5)} ${at(0.3, -0.18)}Z`;
  return [
    `<path d="M${at(-0.3, 0.02)}H${n(x + tall * 0.3)}L${at(0.02, 0.6)}Z" fill="${sheet.linear([
      [0, dark, 0.35],
      [1, dark, 0],
    ])}"/>`,
    `<path d="M${at(-0.012, -0.08)}L${at(0, -1.04)}L${at(0.022, -0.08)}Z" fill="${dark}"/>`,
    `<path d="${sails}" fill="${sheet.linear(
      [
        [0, light.pale],
        [1, mix(light.pale, light.ink, 0.45)],
      ],
      true,
    )}"/>`,
    `<path d="${boat}" fill="${dark}"/>`,
  ].join('');
}

/** Somebody on the way, small enough to tell how large the land is. `foot`: where they stand. */
export function paintWalker(sheet: Sheet, light: Light, [x, foot]: Point, tall: number): string {
  const at = (dx: number, dy: number) => `${n(x + dx * tall)} ${n(foot - dy * tall)}`;
  const coat = `M${at(-0.06, 0.8)}Q${at(0.02, 0.86)} ${at(0.1, 0.78)}Q${at(0.17, 0.5)} ${at(0.2, 0.26)}L${at(-0.2, 0.28)}Q${at(-0.16, 0.56)} ${at(-0.06, 0.8)}Z`;
  const legs = `M${at(-0.12, 0.3)}L${at(-0.2, 0)}H${n(x - tall * 0.1)}L${at(0.01, 0.28)}L${at(0.13, 0)}H${n(x + tall * 0.23)}L${at(0.13, 0.3)}Z`;
  const stick = `M${at(0.12, 0.56)}L${at(0.34, 0)}`;
  const shadow = sheet.linear(
    [
      [0, light.ink, 0.6],
      [1, light.ink, 0],
    ],
    true,
  );
  return `<path d="M${at(-0.15, 0.02)}L${at(2.6, -0.55)}L${at(2.5, -0.72)}L${at(0.16, -0.04)}Z" fill="${shadow}"/><g fill="${light.ink}"><path d="${legs}"/><path d="${coat}"/><path d="${stick}" stroke="${light.ink}" stroke-width="${n(tall * 0.035)}"/><circle cx="${n(x + tall * 0.01)}" cy="${n(foot - tall * 0.9)}" r="${n(tall * 0.085)}"/></g>`;
}

/** A hut of logs with a lit window and smoke. `foot`: the left end of its front's base. */
export function paintCabin(sheet: Sheet, light: Light, [x, foot]: Point, wide: number): string {
  const at = (dx: number, dy: number) => `${n(x + dx * wide)} ${n(foot - dy * wide)}`;
  const wall = mix(light.ink, light.mist, 0.12);
  const smoke = sheet.linear([
    [0, light.pale, 0],
    [1, light.pale, 0.6],
  ]);
  return [
    `<path d="M${at(0.72, 0.95)}Q${at(0.58, 1.25)} ${at(0.74, 1.5)}Q${at(0.92, 1.8)} ${at(0.7, 2.2)}Q${at(1.08, 1.85)} ${at(0.88, 1.5)}Q${at(0.72, 1.2)} ${at(0.8, 0.95)}Z" fill="${smoke}"/>`,
    `<path d="M${at(0, 0)}V${n(foot - wide * 0.42)}L${at(0.22, 0.78)}L${at(0.44, 0.42)}V${n(foot)}Z" fill="${mix(wall, light.glow, 0.2)}"/>`,
    `<path d="M${at(0.44, 0)}V${n(foot - wide * 0.42)}H${n(x + wide)}V${n(foot)}Z" fill="${wall}"/>`,
    `<path d="M${at(0.22, 0.8)}L${at(0.47, 0.38)}H${n(x + wide * 1.06)}L${at(0.84, 0.8)}Z" fill="${mix(light.ink, light.mist, 0.32)}"/>`,
    `<path d="M${at(0.22, 0.84)}L${at(-0.06, 0.38)}L${at(0, 0.36)}L${at(0.22, 0.74)}L${at(0.46, 0.36)}L${at(0.5, 0.4)}Z" fill="${light.ink}"/>`,
    `<path d="M${at(0.72, 0.72)}H${n(x + wide * 0.8)}V${n(foot - wide)}H${n(x + wide * 0.72)}Z" fill="${light.ink}"/>`,
    `<path d="M${at(0.16, 0.2)}h${n(wide * 0.13)}v${n(-wide * 0.16)}h${n(-wide * 0.13)}ZM${at(0.62, 0.14)}h${n(wide * 0.15)}v${n(-wide * 0.14)}h${n(-wide * 0.15)}Z" fill="#ffd98f"/>`,
  ].join('');
}
