// Things that are neither food nor a package. Each drawing fits a 96 x 96 box.
import type { Palette } from './palette';
import { circle, label, leaf, line, oval, path, rect, shine } from './pieces';

type Drawing = (p: Palette) => string;

const CRUST_DEEP = '#a86c34';

export const household: Record<string, Drawing> = {
  mug: (p) =>
    line('M66 44c16-2 16 24-2 22', p.deep, 6) +
    path('M20 36h48v34c0 8-4 14-12 14H32c-8 0-12-6-12-14Z', p.main) +
    oval(44, 36, 24, 6, '#5c3a27') +
    line('M34 24c-4-6 4-8 0-14M46 24c-4-6 4-8 0-14M58 24c-4-6 4-8 0-14', '#9aa4a8', 2.5) +
    shine(26, 46, 24),
  cup: (p) =>
    path('M26 26h44l-6 56c-.4 3-2 4-5 4H37c-3 0-4.6-1-5-4Z', p.main) +
    rect(22, 18, 52, 10, 4, p.pale) +
    line('M52 18 58 4', p.deep, 4) +
    label(34, 42, 28, 24, p, 12),
  bone: () =>
    path(
      'M26 34c-8-8 2-18 10-10 2 2 2 6 2 8l28 26c2 0 6 0 8 2 8 8-2 18-10 10 0 10-14 10-12 0l-1-6-27-26-6-1c-10 2-10-12 0-12Z',
      '#ead9bd',
    ) + line('M38 40 60 60', '#d8c19c', 2.5),
  flowers: (p) => {
    const petal = p.main;
    const flower = (x: number, y: number): string =>
      [0, 72, 144, 216, 288]
        .map(
          (turn) =>
            `<ellipse cx="${x}" cy="${y - 8}" rx="5.5" ry="7.5" fill="${petal}" transform="rotate(${turn} ${x} ${y})"/>`,
        )
        .join('') + circle(x, y, 4.5, '#f4cf4f');
    return (
      line('M48 88 30 40M48 88V34M48 88l18-48', '#5d8a46', 3) +
      leaf(44, 74, -150, 1) +
      leaf(52, 74, -30, 1) +
      flower(28, 38) +
      flower(68, 38) +
      flower(48, 24) +
      path('M36 66h24l-6 22H42Z', p.pale)
    );
  },
  balloon: (p) =>
    oval(48, 38, 24, 28, p.main) +
    path('M44 66h8l3 6H41Z', p.deep) +
    line('M48 72c-6 8 6 10 0 20', '#9aa4a8', 2) +
    oval(38, 28, 5, 8, '#ffffff66'),
  gadget: (p) =>
    line('M34 84V44', '#9aa4a8', 6) +
    path('M24 12v22c0 8 20 8 20 0V12h-4v18h-4V12h-4v18h-4V12Z', '#b9c0c7') +
    rect(29, 56, 10, 32, 5, p.main) +
    path('M60 12c12 6 12 30 4 36v6h-6V12Z', '#b9c0c7') +
    rect(56, 52, 10, 36, 5, p.deep),
  pan: (p) =>
    rect(66, 44, 28, 8, 4, p.deep) +
    path('M8 40h62v12c0 14-8 22-20 22H28C16 74 8 66 8 52Z', '#69727a') +
    oval(39, 40, 31, 8, '#8e979f') +
    oval(39, 40, 25, 5, '#545c63'),
  candle: (p) =>
    rect(34, 38, 28, 48, 4, p.main) +
    oval(48, 38, 14, 4, p.pale) +
    line('M48 38v-8', '#4a3a30', 2.5) +
    path('M48 8c6 8 8 12 8 16a8 8 0 0 1-16 0c0-4 2-8 8-16Z', '#f4b942') +
    oval(48, 25, 3.5, 5, '#fdf0c0'),
  bulb: () =>
    path(
      'M48 10c17 0 28 12 28 27 0 14-12 18-14 31H34c-2-13-14-17-14-31 0-15 11-27 28-27Z',
      '#fbe08a',
    ) +
    line('M40 66V48l8-6 8 6v18', '#d9a93a', 2.5) +
    rect(36, 68, 24, 6, 2, '#9aa4a8') +
    rect(38, 75, 20, 5, 2, '#8e979f') +
    rect(42, 81, 12, 5, 2, '#69727a') +
    oval(34, 30, 4, 9, '#ffffff88'),
  battery: (p) =>
    rect(20, 22, 22, 62, 4, p.main) +
    rect(20, 22, 22, 20, 4, p.deep) +
    rect(27, 15, 8, 7, 2, '#b9c0c7') +
    rect(54, 22, 22, 62, 4, p.main) +
    rect(54, 22, 22, 20, 4, p.deep) +
    rect(61, 15, 8, 7, 2, '#b9c0c7') +
    line('M27 60h8M31 56v8M61 60h8', p.pale, 2.5),
  broom: (p) =>
    line('M62 8 46 50', CRUST_DEEP, 6) +
    path('M36 46 56 54 52 64 30 56Z', p.deep) +
    path('M30 56 52 64c0 10-4 18-6 24L14 76c6-6 12-12 16-20Z', p.main) +
    line('M34 62 24 78M42 65l-7 18', p.pale, 2),
  comb: (p) =>
    path('M14 30h68c4 0 6 3 6 7v7H8v-7c0-4 2-7 6-7Z', p.main) +
    [12, 20, 28, 36, 44, 52, 60, 68, 76, 82].map((x) => rect(x, 42, 4, 26, 2, p.deep)).join(''),
  razor: (p) =>
    line('M34 84 58 40', p.main, 9) +
    path('M46 20 84 40l-5 12-38-20Z', '#b9c0c7') +
    line('M47 24 80 42M45 29l33 17', '#69727a', 2) +
    line('M38 76l8-14', p.pale, 3),
  lipstick: (p) =>
    rect(34, 56, 28, 32, 3, '#3a3f45') +
    rect(37, 42, 22, 15, 1, '#d9b65b') +
    path('M40 42V22c0-6 10-12 16-10v30Z', p.main) +
    path('M40 22c0-6 10-12 16-10l-16 16Z', p.pale),
  plaster: () =>
    `<g transform="rotate(-32 48 48)">` +
    rect(8, 34, 80, 28, 14, '#e6b98a') +
    rect(34, 34, 28, 28, 2, '#f3d8b8') +
    [
      [42, 42],
      [54, 42],
      [48, 48],
      [42, 54],
      [54, 54],
    ]
      .map(([x = 0, y = 0]) => circle(x, y, 1.8, '#c99766'))
      .join('') +
    '</g>',
  toy: (p) =>
    rect(16, 48, 30, 34, 3, p.main) +
    rect(50, 48, 30, 34, 3, p.deep) +
    rect(33, 14, 30, 32, 3, p.pale) +
    circle(31, 65, 7, p.pale) +
    path('M65 56l8 15H57Z', p.pale) +
    rect(41, 23, 14, 14, 2, p.main),
};
