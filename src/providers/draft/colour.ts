/** A colour in OKLCH: lightness 0 to 1, chroma 0 to about 0.32, hue in degrees. Equal steps look equal. */
export interface Oklch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** As `#rrggbb`; chroma that sRGB cannot show is reduced, so that lightness and hue stay. */
export function toHex(colour: Oklch): string {
  for (let chroma = colour.chroma; chroma > 0; chroma -= 0.005) {
    const channels = toLinear({ ...colour, chroma });
    if (channels.every((value) => value > -0.001 && value < 1.001)) return hexOf(channels);
  }
  return hexOf(toLinear({ ...colour, chroma: 0 }));
}

/** Contrast of two colours, 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrast(a: Oklch, b: Oklch): number {
  const [dark, light] = [luminance(toHex(a)), luminance(toHex(b))].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

type Channels = [red: number, green: number, blue: number];

/** @see https://bottosson.github.io/posts/oklab/#converting-from-linear-srgb-to-oklab */
function toLinear({ lightness, chroma, hue }: Oklch): Channels {
  const radians = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(radians), chroma * Math.sin(radians)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** The transfer function of sRGB. @see https://www.w3.org/TR/css-color-4/#color-conversion-code */
function hexOf(channels: Channels): string {
  const encode = (value: number) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);
  const byte = (value: number) => Math.round(Math.min(Math.max(encode(value), 0), 1) * 255);
  return `#${channels.map((value) => byte(value).toString(16).padStart(2, '0')).join('')}`;
}

function luminance(hex: string): number {
  const decode = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const channel = (at: number) => decode(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
