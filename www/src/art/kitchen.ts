// Baked goods, meat, dairy and dishes. Each drawing fits a 96 x 96 box.
import { type Palette, pick } from './palette';
import { circle, label, line, oval, path, rect, shine } from './pieces';

type Drawing = (p: Palette) => string;

const STEM = '#6d4c2f';
const CRUST = '#c98b4b';
const CRUST_DEEP = '#a86c34';
const CRUMB = '#f2d3a2';
const MEAT = '#c9524f';
const FAT = '#f7e3da';

export const kitchen: Record<string, Drawing> = {
  loaf: (p) =>
    path(
      'M14 44c0-16 14-20 34-20s34 4 34 20c0 5-2 8-5 10v22c0 4-2 6-6 6H25c-4 0-6-2-6-6V54c-3-2-5-5-5-10Z',
      CRUST,
    ) +
    path(
      'M20 44c0-11 10-14 28-14s28 3 28 14c0 4-2 6-5 7v21c0 3-1 4-4 4H29c-3 0-4-1-4-4V51c-3-1-5-3-5-7Z',
      CRUMB,
    ) +
    (p.seed % 2 ? rect(14, 58, 68, 14, 0, p.main) + circle(48, 65, 4, p.pale) : ''),
  baguette: () =>
    path('M14 78c-8-8 2-18 8-22l40-40c8-8 18-4 22 2 4 7 2 14-4 20L40 76c-6 6-18 10-26 2Z', CRUST) +
    line('M32 60l8 6M44 48l8 6M56 36l8 6M67 26l6 5', CRUMB, 4.5),
  bun: () =>
    path('M12 50c0-20 16-30 36-30s36 10 36 30c0 4-2 5-6 5H18c-4 0-6-1-6-5Z', CRUST) +
    path('M14 60h68c2 12-6 20-16 20H30c-10 0-18-8-16-20Z', CRUST_DEEP) +
    rect(12, 54, 72, 8, 4, CRUMB) +
    [
      [32, 34],
      [46, 28],
      [60, 34],
      [40, 42],
      [56, 44],
      [70, 42],
    ]
      .map(([x = 0, y = 0]) => oval(x, y, 2.6, 1.6, CRUMB))
      .join(''),
  sandwich: () =>
    path('M10 68 48 18l38 50Z', CRUMB) +
    path('M10 68 48 18l38 50h-6L48 26 16 68Z', CRUST) +
    rect(10, 66, 76, 5, 2, '#7fb069') +
    rect(12, 70, 72, 5, 2, MEAT) +
    rect(10, 74, 76, 8, 3, CRUST),
  donut: (p) =>
    circle(48, 52, 33, CRUST) +
    `<path fill-rule="evenodd" d="M48 24a28 28 0 1 1 0 56 28 28 0 0 1 0-56Zm0 18a10 10 0 1 0 0 20 10 10 0 0 0 0-20Z" fill="${pick(p, '#f2a0b5', '#7a4a35', '#fbeee0')}"/>` +
    circle(48, 52, 7, '#00000018') +
    line('M34 36l4 3M60 34l-2 5M68 48l-5 2M34 66l4-3M58 70l-1-5M28 52h5', p.main, 3),
  cake: (p) =>
    path('M14 52 62 26c12 4 20 12 20 22v4Z', FAT) +
    rect(14, 50, 68, 32, 3, pick(p, '#7a4a35', '#f3d28c', '#c9524f')) +
    rect(14, 62, 68, 6, 0, FAT) +
    rect(14, 49, 68, 7, 3, FAT) +
    circle(58, 26, 7, '#d6443a') +
    line('M58 20c0-4 3-7 6-8', STEM, 2),
  pie: (p) =>
    path('M8 50h80l-10 26c-1 3-3 4-6 4H24c-3 0-5-1-6-4Z', '#b9c0c7') +
    path('M10 50c0-16 16-24 38-24s38 8 38 24Z', pick(p, '#b6463f', '#7c4a72', '#e0a24a')) +
    line('M22 46 40 28M38 50 62 27M58 50l18-16M74 46 56 28M58 50 34 28M38 50 20 36', CRUST, 4.5) +
    rect(6, 46, 84, 8, 4, CRUST),
  cookie: () =>
    circle(48, 50, 33, '#d29a58') +
    circle(48, 50, 28, '#dba866') +
    [
      [36, 40, 4],
      [56, 36, 5],
      [62, 54, 4],
      [44, 58, 5],
      [32, 54, 3],
      [54, 68, 4],
      [48, 47, 3],
    ]
      .map(([x = 0, y = 0, r = 0]) => circle(x, y, r, '#5c3a27'))
      .join(''),
  cheese: () =>
    path('M10 52 66 24c12 4 20 14 20 28Z', '#f8dc7c') +
    rect(10, 50, 76, 30, 3, '#f0c24b') +
    circle(28, 64, 6, '#dca932') +
    circle(54, 70, 5, '#dca932') +
    circle(70, 60, 6, '#dca932') +
    circle(60, 40, 4, '#e6c158'),
  eggs: (p) =>
    oval(26, 42, 11, 15, '#f5e6d3') +
    oval(48, 42, 11, 15, pick(p, '#e6bd94', '#f7efe4')) +
    oval(70, 42, 11, 15, '#f5e6d3') +
    path('M8 48h80l-6 30c-.6 3-3 4-6 4H20c-3 0-5.4-1-6-4Z', p.main) +
    path('M8 48c6 0 6 8 18 8s10-8 22-8 10 8 22 8 12-8 18-8v6l-1 6H9Z', p.deep),
  butter: (p) =>
    path('M16 44h52l14-10H30Z', '#fbe9a6') +
    rect(16, 44, 52, 26, 2, '#f6d877') +
    path('M68 44 82 34v26L68 70Z', '#e4c25a') +
    rect(34, 44, 34, 26, 0, p.main) +
    path('M68 44 82 34v26L68 70Z', p.deep) +
    label(40, 49, 22, 15, p),
  steak: () =>
    path(
      'M14 50c0-18 18-30 38-28 20 2 34 14 32 30-2 14-14 16-22 20-10 6-16 14-30 10-12-4-18-16-18-32Z',
      FAT,
    ) +
    path(
      'M20 50c0-14 15-24 32-22 17 1 28 11 26 24-2 10-12 12-20 16-8 4-14 12-25 8-9-3-13-14-13-26Z',
      MEAT,
    ) +
    oval(42, 46, 8, 6, FAT) +
    line('M54 40c8 2 12 8 12 14M34 62c6 2 10 0 14-4', FAT, 3),
  chop: () =>
    path('M20 40c4-16 24-22 38-12 12 8 12 22 4 32-8 12-28 18-38 6-8-8-6-18-4-26Z', FAT) +
    path('M25 42c4-12 20-17 30-9 9 7 9 17 3 25-7 9-22 14-30 5-6-7-5-14-3-21Z', '#e08a83') +
    line('M64 58 80 76', FAT, 10) +
    circle(82, 72, 6, FAT) +
    circle(76, 80, 6, FAT),
  drumstick: () =>
    line('M62 62 80 80', '#f6e7d3', 9) +
    circle(84, 76, 6, '#f6e7d3') +
    circle(77, 84, 6, '#f6e7d3') +
    path('M14 40c0-18 16-26 30-22 16 4 26 22 24 38-1 10-8 14-16 12-22-4-38-10-38-28Z', '#d08a45') +
    oval(34, 38, 8, 11, '#e0a361'),
  sausage: () =>
    path(
      'M14 34c6-4 10 2 16 10 10 14 22 18 42 18 10 0 14 18 0 20-30 4-52-8-62-32-3-7-2-13 4-16Z',
      '#b5523f',
    ) +
    path(
      'M34 18c6-3 9 2 13 9 8 12 16 14 30 14 10 0 12 16 0 17-24 2-40-6-48-24-2-7-1-13 5-16Z',
      '#c9684f',
    ) +
    line('M44 36c6 6 14 10 24 11M28 58c8 7 20 11 34 11', '#ffffff44', 3),
  bacon: () =>
    [0, 24]
      .map(
        (dx) =>
          `<g transform="translate(${dx} 0)">` +
          path(
            'M20 14c10 8-6 18 4 28s-6 18 4 28l2 14h18c-2-6 2-10 0-16-10-10 6-18-4-28s6-18-4-28Z',
            MEAT,
          ) +
          line('M28 14c10 8-6 18 4 28s-6 18 4 28l2 13', FAT, 4.5) +
          '</g>',
      )
      .join(''),
  ham: () =>
    path('M12 54c0-22 18-34 38-34s34 14 34 32-14 30-36 30S12 72 12 54Z', '#e79a95') +
    path('M12 54c0-22 18-34 38-34 4 0 8 .6 12 2-26 2-40 18-38 54-8-5-12-13-12-22Z', '#c9706c') +
    circle(58, 48, 11, FAT) +
    circle(58, 48, 6, '#f2d9c4') +
    line('M40 64c8 8 24 8 32-2', FAT, 3),
  fish: (p) =>
    path(
      'M10 50c10-18 32-26 50-14 6 4 10 8 12 12l16-14c2 10 2 22 0 32L72 52c-2 4-6 8-12 12-18 12-40 4-50-14Z',
      pick(p, '#7fa9bd', '#ef9a7a', '#9fb3a6'),
    ) +
    circle(26, 46, 3.5, '#fff') +
    circle(26, 46, 1.8, '#222') +
    line('M38 38c6 8 6 16 0 24M50 40c4 6 4 14 0 20', '#ffffff66', 3),
  sushi: () =>
    rect(12, 60, 72, 12, 4, '#8a5a3c') +
    rect(16, 40, 28, 22, 10, '#fbf8f0') +
    path('M14 44c0-10 32-10 32 0v4H14Z', '#f08a63') +
    circle(66, 48, 17, '#2f3d38') +
    circle(66, 48, 13, '#fbf8f0') +
    circle(66, 48, 6, '#f08a63') +
    line('M20 40l4 4M29 38l4 5M38 40l3 4', '#fff', 2),
  pizza: () =>
    path('M48 86 12 26c22-12 50-12 72 0Z', '#f3c95c') +
    path('M10 28c22-16 54-16 76 0l-5 8c-20-12-46-12-66 0Z', CRUST) +
    circle(38, 44, 6.5, '#c9443a') +
    circle(58, 46, 6.5, '#c9443a') +
    circle(48, 64, 5.5, '#c9443a') +
    circle(48, 37, 2.5, '#5a9a4c') +
    circle(44, 54, 2.5, '#5a9a4c'),
  icepop: (p) =>
    rect(44, 64, 8, 24, 3, '#d9b98a') +
    path('M30 30c0-12 8-18 18-18s18 6 18 18v34c0 4-2 6-6 6H36c-4 0-6-2-6-6Z', p.main) +
    path('M30 46h36v18c0 4-2 6-6 6H36c-4 0-6-2-6-6Z', p.pale) +
    shine(37, 26, 30),
};
