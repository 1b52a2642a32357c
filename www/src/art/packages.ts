// Packaged goods: boxes, bottles, tins, bags. Each drawing fits a 96 x 96 box.
import type { Palette } from './palette';
import { circle, label, leaf, line, oval, path, rect, shine } from './pieces';

type Drawing = (p: Palette) => string;

const KRAFT = '#c79a63';
const STEEL = '#b9c0c7';
const STEEL_DEEP = '#8e979f';
const WHITE = '#fdfcf8';

const bottleShape = 'M41 14h14v12c0 6 9 9 9 20v32c0 4-3 7-7 7H39c-4 0-7-3-7-7V46c0-11 9-14 9-20Z';
const wineShape = 'M42 8h12v24c0 6 8 8 8 18v32c0 4-2 6-6 6H40c-4 0-6-2-6-6V50c0-10 8-12 8-18Z';

export const packages: Record<string, Drawing> = {
  bottle: (p) =>
    path(bottleShape, p.main) +
    rect(40, 10, 16, 8, 2, p.deep) +
    label(32, 48, 32, 20, p, 0) +
    shine(37, 34, 46),
  water: (p) =>
    path(bottleShape, '#a9d3ea') +
    rect(40, 10, 16, 8, 2, p.main) +
    label(32, 46, 32, 18, p, 0) +
    shine(37, 34, 46),
  juice: (p) =>
    path(bottleShape, '#f2a541') +
    rect(40, 10, 16, 8, 2, p.deep) +
    label(32, 46, 32, 22, p, 0) +
    shine(37, 34, 46),
  oil: (p) =>
    path(bottleShape, '#e9c656') +
    rect(40, 10, 16, 8, 2, p.deep) +
    label(32, 46, 32, 24, p, 0) +
    shine(37, 34, 46),
  saucebottle: (p) =>
    path('M44 8h8l3 16c9 2 12 8 12 16v40c0 5-3 8-8 8H37c-5 0-8-3-8-8V40c0-8 3-14 12-16Z', p.main) +
    path('M44 8h8l2 12H42Z', p.deep) +
    label(29, 44, 38, 28, p, 0) +
    shine(34, 36, 46),
  wine: (p) =>
    path(wineShape, p.seed % 3 === 0 ? '#5b7348' : '#59313f') +
    rect(42, 8, 12, 14, 2, p.main) +
    label(34, 52, 28, 22, p, 0) +
    shine(38, 46, 36),
  spirits: (p) =>
    path('M42 10h12v14l12 10v46c0 4-2 6-6 6H36c-4 0-6-2-6-6V34l12-10Z', '#d9a85b') +
    rect(41, 8, 14, 10, 2, p.deep) +
    label(30, 46, 36, 26, p, 0) +
    shine(35, 40, 40),
  beer: (p) =>
    path(wineShape, '#8a5527') +
    rect(41, 6, 14, 6, 2, p.main) +
    label(34, 52, 28, 22, p, 0) +
    label(42, 24, 12, 8, p, 0) +
    shine(38, 46, 36),
  can: (p) =>
    rect(30, 12, 36, 74, 8, p.main) +
    oval(48, 15, 15, 4, STEEL) +
    oval(48, 84, 15, 3, STEEL_DEEP) +
    label(30, 30, 36, 36, p, 0) +
    shine(35, 20, 58),
  tin: (p) =>
    rect(24, 22, 48, 58, 5, STEEL) +
    oval(48, 23, 24, 6, STEEL_DEEP) +
    oval(48, 22, 20, 4, STEEL) +
    rect(24, 32, 48, 38, 0, p.main) +
    label(34, 38, 28, 26, p) +
    shine(29, 34, 34),
  pettin: (p) =>
    rect(18, 38, 60, 36, 6, STEEL) +
    oval(48, 39, 30, 8, STEEL_DEEP) +
    oval(48, 38, 25, 5, STEEL) +
    rect(18, 48, 60, 20, 0, p.main) +
    circle(48, 60, 4, p.pale) +
    circle(41, 55, 2.5, p.pale) +
    circle(48, 52, 2.5, p.pale) +
    circle(55, 55, 2.5, p.pale),
  jar: (p) =>
    rect(26, 26, 44, 58, 9, p.main) +
    rect(29, 14, 38, 13, 3, p.deep) +
    label(26, 40, 44, 28, p, 0) +
    shine(31, 32, 46),
  babyjar: (p) =>
    rect(28, 32, 40, 48, 9, '#f0b977') +
    rect(30, 20, 36, 13, 3, p.main) +
    label(28, 44, 40, 24, p, 0) +
    circle(43, 54, 1.6, p.deep) +
    circle(53, 54, 1.6, p.deep) +
    line('M44 60q4 4 8 0', p.deep, 2),
  spice: (p) =>
    rect(32, 30, 32, 54, 5, p.main) +
    rect(31, 14, 34, 17, 4, p.deep) +
    circle(42, 22, 1.5, p.pale) +
    circle(48, 22, 1.5, p.pale) +
    circle(54, 22, 1.5, p.pale) +
    label(32, 44, 32, 26, p, 0) +
    shine(36, 36, 42),
  tub: (p) =>
    path('M22 34h52l-6 44c-.6 4-3 6-7 6H35c-4 0-6.4-2-7-6Z', p.main) +
    rect(19, 24, 58, 12, 5, p.pale) +
    rect(19, 32, 58, 4, 2, p.deep) +
    label(34, 46, 28, 26, p, 13),
  icecream: (p) =>
    path('M20 40h56l-6 40c-.5 4-3 6-7 6H33c-4 0-6.5-2-7-6Z', p.main) +
    circle(36, 32, 13, '#f7d9c4') +
    circle(58, 30, 14, p.seed % 2 ? '#8a5a44' : '#f4a9b8') +
    rect(17, 38, 62, 9, 4, p.pale) +
    label(36, 54, 24, 22, p, 11),
  carton: (p) =>
    path('M28 34 38 16h20l10 18v46c0 3-2 5-5 5H33c-3 0-5-2-5-5Z', p.main) +
    path('M28 34 38 16h20l10 18Z', p.pale) +
    rect(36, 10, 24, 8, 2, p.deep) +
    circle(58, 27, 4, p.deep) +
    label(34, 44, 28, 28, p),
  jug: (p) =>
    path(
      'M36 14h16v10c12 3 20 10 20 22v32c0 5-3 8-8 8H32c-5 0-8-3-8-8V44c0-10 5-16 12-20Z',
      WHITE,
    ) +
    path('M58 36c6 2 8 6 8 12v10c0 3-6 3-6 0V48c0-3-1-4-4-5-4-1-3-8 2-7Z', '#d8dfe3') +
    rect(35, 9, 18, 8, 3, p.main) +
    label(30, 52, 26, 24, p) +
    path('M64 86c5 0 8-3 8-8V62H60v24Z', '#e4e9ec'),
  box: (p) =>
    path('M26 18h40l8 6v56l-8 6H26Z', p.deep) +
    rect(22, 14, 46, 72, 3, p.main) +
    label(28, 34, 34, 36, p) +
    rect(28, 21, 24, 6, 3, p.pale),
  teabox: (p) =>
    path('M20 36h52l8 6v34l-8 6H20Z', p.deep) +
    rect(16, 34, 58, 48, 3, p.main) +
    label(24, 42, 42, 32, p) +
    line('M60 34c0-10 8-14 14-12', '#8e979f', 1.6) +
    rect(70, 20, 12, 12, 2, p.pale),
  wrapbox: (p) =>
    rect(10, 42, 76, 26, 3, p.main) +
    path('M10 45c0-2 1-3 3-3h70c2 0 3 1 3 3v5H10Z', p.deep) +
    label(30, 48, 36, 16, p) +
    line('M12 70h72', '#cdd5da', 3),
  sachet: (p) =>
    path('M22 16h52v64H22Z', p.main) +
    line('M22 20h52M22 76h52', p.pale, 3) +
    label(32, 32, 32, 32, p, 16),
  sack: (p) =>
    path(
      'M26 20c8 3 36 3 44 0l4 8c-2 18-2 34 2 52-14 6-42 6-56 0 4-18 4-34 2-52Z',
      p.seed % 2 ? KRAFT : p.main,
    ) +
    line('M27 30c14 4 28 4 42 0', '#00000030', 2.5) +
    label(32, 42, 32, 28, p),
  bag: (p) =>
    path('M26 14h44l4 66c0 4-2 6-6 6H28c-4 0-6-2-6-6Z', p.main) +
    rect(26, 12, 44, 9, 2, p.deep) +
    label(32, 34, 32, 34, p, 16),
  chips: (p) =>
    path('M22 14c18 4 34 4 52 0-4 24-4 44 0 68-18-4-34-4-52 0 4-24 4-44 0-68Z', p.main) +
    line('M23 20c17 4 33 4 50 0M23 76c17-4 33-4 50 0', p.pale, 2.5) +
    label(33, 30, 30, 22, p, 11) +
    oval(40, 64, 9, 6, '#f4c95d') +
    oval(53, 63, 9, 6, '#eebb44'),
  frozenbag: (p) =>
    path('M20 18h56v60c0 4-2 6-6 6H26c-4 0-6-2-6-6Z', p.main) +
    line('M20 22h56', p.pale, 4) +
    circle(48, 52, 19, p.pale) +
    line('M48 38v28M36 45l24 14M60 45 36 59', '#6fb1d6', 3),
  petfood: (p) =>
    path('M24 16c10 3 38 3 48 0l4 64c-14 6-42 6-56 0Z', p.main) +
    line('M25 24c12 3 34 3 46 0', p.deep, 3) +
    circle(48, 52, 18, p.pale) +
    oval(48, 58, 8, 6, p.print) +
    circle(38, 50, 3.5, p.print) +
    circle(44, 44, 3.5, p.print) +
    circle(52, 44, 3.5, p.print) +
    circle(58, 50, 3.5, p.print),
  coffee: (p) =>
    path('M28 22h40l4 58c0 4-2 6-6 6H30c-4 0-6-2-6-6Z', p.main) +
    path('M30 12h36l2 10H28Z', p.deep) +
    circle(48, 54, 17, p.pale) +
    oval(48, 54, 8, 11, '#6b4226') +
    line('M48 44c-5 7 5 12 0 20', p.pale, 2.2),
  pasta: (p) =>
    path('M26 12h44v72H26Z', p.main) +
    rect(32, 40, 32, 38, 3, '#f3dca0') +
    line('M36 42v34M41 42v34M46 42v34M51 42v34M56 42v34M60 42v34', '#d9b765', 1.8) +
    label(32, 18, 32, 16, p),
  dinner: (p) =>
    path('M12 34h72l-6 36c-.6 4-3 6-7 6H25c-4 0-6-2-7-6Z', p.deep) +
    rect(10, 28, 76, 10, 4, p.main) +
    oval(34, 48, 14, 8, '#c98b52') +
    oval(62, 46, 11, 6, '#7fb069') +
    oval(58, 58, 13, 7, '#f3dca0') +
    oval(36, 60, 9, 5, '#e9704d'),
  softpack: (p) =>
    path('M18 30c0-6 4-10 10-10h40c6 0 10 4 10 10v42c0 6-4 10-10 10H28c-6 0-10-4-10-10Z', p.main) +
    path('M28 20h40c6 0 10 4 10 10H18c0-6 4-10 10-10Z', p.deep) +
    label(32, 38, 32, 32, p, 16),
  tissue: (p) =>
    path('M30 40c0-16 12-8 16-22 8 4 6 14 18 12 4 0 4 6 2 10Z', WHITE) +
    rect(16, 38, 64, 42, 5, p.main) +
    oval(48, 39, 20, 4, p.deep) +
    label(34, 50, 28, 22, p, 11),
  roll: (p) =>
    rect(22, 26, 50, 56, 4, WHITE) +
    oval(47, 26, 25, 9, '#eef0ef') +
    oval(47, 26, 9, 3.5, KRAFT) +
    path('M72 30v52l8-4V34Z', '#e2e6e6') +
    rect(22, 46, 50, 18, 0, p.main) +
    circle(47, 55, 6, p.pale),
  plates: (p) =>
    oval(48, 64, 36, 12, p.deep) +
    oval(48, 58, 36, 12, p.main) +
    oval(48, 52, 36, 12, WHITE) +
    oval(48, 52, 24, 7, p.pale) +
    oval(48, 46, 0, 0, WHITE),
  detergent: (p) =>
    path('M26 28h26l6-8h10l4 10v48c0 5-3 8-8 8H30c-5 0-8-3-8-8V36c0-4 1-8 4-8Z', p.main) +
    rect(30, 14, 20, 15, 4, p.deep) +
    path('M58 34h8v16h-8Z', '#00000026') +
    label(28, 46, 26, 28, p, 13),
  spray: (p) =>
    path('M38 36h18c6 6 8 12 8 20v24c0 4-2 6-6 6H36c-4 0-6-2-6-6V56c0-8 2-14 8-20Z', p.main) +
    path('M34 12h28l8 8-8 2v8H46l-4 8h-4l2-8h-6Z', p.deep) +
    label(30, 56, 34, 20, p, 0),
  spraycan: (p) =>
    rect(32, 30, 32, 56, 6, p.main) +
    path('M36 30c0-8 4-10 6-10h12c2 0 6 2 6 10Z', STEEL) +
    rect(42, 12, 12, 9, 2, p.deep) +
    label(32, 44, 32, 28, p, 0) +
    shine(36, 36, 44),
  pump: (p) =>
    rect(28, 36, 40, 50, 10, p.main) +
    rect(42, 22, 12, 15, 2, p.deep) +
    path('M44 14h20v6H52v4h-8Z', p.deep) +
    label(28, 50, 40, 24, p, 0) +
    shine(33, 42, 38),
  shampoo: (p) =>
    path('M34 30h28c4 0 6 2 6 6l-3 42c-.4 5-3 8-8 8H39c-5 0-7.6-3-8-8l-3-42c0-4 2-6 6-6Z', p.main) +
    rect(36, 14, 24, 17, 4, p.deep) +
    label(34, 46, 28, 28, p, 14),
  toothpaste: (p) =>
    path('M14 44 70 34c4 0 6 4 6 14s-2 14-6 14L14 52Z', p.main) +
    rect(8, 38, 7, 20, 2, p.pale) +
    rect(74, 40, 13, 16, 3, p.deep) +
    label(30, 42, 32, 14, p) +
    line('M20 74h50', '#cfd8dc', 6) +
    line('M22 68v4M27 68v4M32 68v4M37 68v4', p.print, 3),
  stick: (p) =>
    rect(30, 40, 36, 46, 7, p.main) +
    path('M34 40V26c0-9 6-14 14-14s14 5 14 14v14Z', WHITE) +
    rect(30, 38, 36, 7, 2, p.deep) +
    label(36, 52, 24, 24, p, 12),
  pills: (p) =>
    rect(26, 32, 44, 54, 7, p.main) +
    rect(28, 14, 40, 18, 4, WHITE) +
    line('M34 18v10M41 18v10M48 18v10M55 18v10M62 18v10', '#d5dade', 2) +
    rect(26, 44, 44, 28, 0, p.pale) +
    path('M44 50h8v4h4v8h-4v4h-8v-4h-4v-8h4Z', p.print),
  dropper: (p) =>
    path('M34 40h28v40c0 4-2 6-6 6H40c-4 0-6-2-6-6Z', p.main) +
    path('M42 30h12l4 10H38Z', p.deep) +
    rect(44, 10, 8, 20, 4, WHITE) +
    label(34, 50, 28, 22, p, 0),
  bar: (p) =>
    path('M8 38l5 4 5-4v26l-5 4-5-4Zm70 0 5 4 5-4v26l-5 4-5-4Z', p.deep) +
    rect(16, 36, 64, 30, 3, p.main) +
    label(28, 42, 40, 18, p),
  candy: (p) =>
    path('M8 34 30 46v10L8 66l5-16Zm80 0L66 46v10l22 10-5-16Z', p.deep) +
    oval(48, 50, 24, 20, p.main) +
    line('M36 36c6 8 6 20 0 28M52 31c6 11 6 27 0 38', p.pale, 4.5),
  popcorn: (p) =>
    circle(32, 30, 10, '#fbeec0') +
    circle(48, 24, 11, '#fff6d8') +
    circle(64, 30, 10, '#fbeec0') +
    circle(40, 34, 9, '#fff6d8') +
    circle(56, 34, 9, '#f6e2a0') +
    path('M22 38h52l-7 48H29Z', WHITE) +
    path('M29 38h9l2 48h-8Zm17 0h9l-1 48h-7Zm18 0h10l-7 48h-7Z', p.main),
  card: (p) =>
    path('M18 22h48v58H18Z', p.deep) +
    rect(24, 18, 50, 60, 3, p.pale) +
    path('M49 62C37 52 35 46 39 41c4-4 8-1 10 3 2-4 6-7 10-3 4 5 2 11-10 21Z', p.main),
  magazine: (p) =>
    path('M24 14h48v68H24Z', p.deep) +
    rect(20, 12, 48, 70, 2, p.main) +
    rect(25, 18, 38, 9, 1, WHITE) +
    circle(44, 48, 14, p.pale) +
    rect(25, 68, 26, 3, 1, p.pale) +
    rect(25, 74, 18, 3, 1, p.pale),
  notebook: (p) =>
    rect(24, 12, 50, 74, 4, p.main) +
    rect(24, 12, 11, 74, 4, p.deep) +
    line('M20 24h8M20 38h8M20 52h8M20 66h8', STEEL, 4) +
    label(42, 24, 24, 18, p),
  gift: (p) =>
    rect(18, 40, 60, 44, 3, p.main) +
    rect(14, 30, 68, 14, 3, p.deep) +
    rect(43, 30, 10, 54, 0, p.pale) +
    line('M48 30c-18-2-18-18-8-16 6 1 8 10 8 16 0-6 2-15 8-16 10-2 10 14-8 16', p.pale, 5),
  perfume: (p) =>
    rect(28, 40, 40, 44, 8, p.main) +
    rect(42, 26, 12, 14, 2, STEEL) +
    circle(48, 20, 8, p.deep) +
    label(36, 52, 24, 20, p),
  babybottle: (p) =>
    rect(32, 38, 32, 48, 9, '#e9f1f4') +
    rect(32, 56, 32, 30, 9, WHITE) +
    rect(30, 30, 36, 11, 4, p.main) +
    path('M40 30c0-8 4-8 5-14 0-5 6-5 6 0 1 6 5 6 5 14Z', '#e6b98a') +
    line('M56 50h5M56 58h5M56 66h5M56 74h5', p.deep, 2),
  plant: (p) =>
    leaf(48, 50, -100, 1.5) +
    leaf(48, 50, -40, 1.5) +
    leaf(46, 54, -160, 1.4) +
    leaf(50, 54, 0, 1.3) +
    path('M28 52h40l-5 32c-.4 2-2 3-4 3H37c-2 0-3.6-1-4-3Z', p.main) +
    rect(25, 48, 46, 9, 3, p.deep),
};
