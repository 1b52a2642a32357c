// Turns the data's shouted, cut-off product types and sizes ("SFT DRNK 2 LITER
// BTL CARB INCL", "12 PK/12 OZ") into titles a shopper reads. Knows words only,
// no files and no shop layout.
import { knownTitles } from './known-titles.mjs';

/** Abbreviations, word by word. An empty text drops the word. */
const WORDS = new Map(
  Object.entries({
    FRZN: 'frozen',
    FRZ: 'frozen',
    FRE: 'fresh',
    BRD: 'breaded',
    BTL: 'bottle',
    SNGL: 'single',
    SGL: 'single',
    SRV: 'serve',
    SV: 'serve',
    SS: 'single-serve',
    DRNK: 'drink',
    DRNKS: 'drinks',
    SFT: 'soft',
    JCE: 'juice',
    JUI: 'juice',
    OJ: 'orange juice',
    CARB: '',
    FLVR: 'flavoured',
    FLVRD: 'flavoured',
    FLAVORED: 'flavoured',
    DECAFFINATED: 'decaf',
    REG: 'regular',
    MLT: 'multi',
    MULT: 'multi',
    PK: 'pack',
    PKG: 'pack',
    PKGD: '',
    PRPCK: '',
    PREPORTND: 'pieces',
    PPK: 'pack',
    PRESLCD: 'sliced',
    PRSLC: 'sliced',
    PRESLC: 'sliced',
    LNCHMT: 'lunch meat',
    LUNCHMEAT: 'lunch meat',
    SAUS: 'sausage',
    CHIX: 'chicken',
    SAL: '',
    PREP: 'prepared',
    FD: 'food',
    FDS: 'food',
    FOODS: 'foods',
    PROTIEN: 'protein',
    REFRIG: 'chilled',
    REFRIGERATED: 'chilled',
    REFIGERATED: 'chilled',
    SPECILATY: 'speciality',
    SPECIALTY: 'speciality',
    CND: 'canned',
    W: 'with',
    O: 'without',
    WT: 'weight',
    GRND: 'ground',
    MISC: 'other',
    MISCELLANEOUS: 'other',
    HYGN: 'hygiene',
    FEM: 'feminine',
    CHOCOCLATE: 'chocolate',
    CHOCOLA: 'chocolate',
    CHOCOL: 'chocolate',
    PSE: '',
    DXM: '',
    IQF: '',
    RW: '',
    ETC: '',
    ET: '',
    LF: '',
    CNDLES: 'candles',
    ACCSS: 'accessories',
    PLSTC: 'plastic',
    NATRL: 'natural',
    NATRAL: 'natural',
    SYRP: 'syrup',
    DNRS: 'dinners',
    BEV: 'drink',
    PWDR: 'powder',
    MLK: 'milk',
    MNRL: 'mineral',
    SHLFSH: 'shellfish',
    KLR: '',
    VEG: 'vegetable',
    CNTRL: 'control',
    LIQS: 'liquids',
    SUP: 'super',
    PREM: 'premium',
    SW: 'sweet',
    GDS: 'goods',
    COFF: 'coffee',
    SLD: 'salad',
    DL: 'deli',
    MUST: 'mustard',
    CB: '',
    CK: '',
    CKE: 'cake',
    LTR: '',
    PICKL: 'pickle',
    RED: 'red',
    TOPPERS: 'toppers',
    MARINAD: 'marinades',
    GRAHAM: 'graham',
    OCCAS: 'occasion',
    SEASO: 'seasoning',
    TOILET: 'toilet',
    FLAVOR: 'flavour',
    COLORINGS: 'colourings',
    COLORING: 'colouring',
    BBQ: 'BBQ',
    EXTRUDED: '',
    BA: 'bags',
    BRN: 'brown',
    EX: '',
    MENS: "men's",
    WOMENS: "women's",
    LADIES: "ladies'",
    CHILDREN: "children's",
    SYRUPS: 'syrups',
    ANTI: 'anti',
  }),
);

/** Types such as "Fresh" or "Premium", whose titles need the name of the shelf. */
const VAGUE = new Set(
  (
    'LEAN PRIMAL FRESH PREMIUM MAINSTREAM OTHER DRY ECONOMY ENHANCED MEAT BETTER-FOR-YOU TRADITIONAL ADULT-PREMIUM FLAVORED/OTHER ' +
    'INTERNAL EXTERNAL EXTERNAL-FRESH KITS BLENDS MISC PANTRY OVEN MICROWAVE PROMOTIONAL SEASONAL KIDS/FAMILY COOKED MEAT-ADDED MEAT-INCLUDED ' +
    'RIBS LOAVE PATTIES LINKS-RAW LINKS-COOKED PATTIES-RAW PATTIES-COOKED POULTRY HAM ENTREES SMOKED/COOKED ANGUS BREAST-BONELESS ' +
    'QUARTS PAILS BUTTS FLATS FLANK BRUSHES REGULAR SELECT PRE-COOKED SUPER-PREMIUM-PINTS PREMIUM-PINTS RED WHITE SNACK STANDARD MISCELLANEOUS VALUE VARIETY-PACK PREMIUM-MEAT ECONOMY-MEAT CHICKEN PORK BEEF NOVELTIES'
  ).split(' '),
);

/** @param {string} text */
const upperFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * The title of a product: its type in words, with the shelf's name where the
 * type says too little.
 * @param {string} type @param {string} shelf
 */
export function titleOf(type, shelf) {
  const known = knownTitles.get(type);
  if (known) return known;
  const kind = wordsOf(type);
  if (kind === '') return shelf;
  const key = type.replaceAll(' - ', '-').replaceAll(' ', '-');
  if (VAGUE.has(key)) return `${shelf}, ${kind}`;
  return upperFirst(kind);
}

/** @param {string} type */
function wordsOf(type) {
  const tidy = type
    .replace(/\([^)]*\)?/g, ' ') // what is in brackets is a note to the buyer, often cut off
    .replace(/^(SEAFOOD-|SAL:|PREP FD:|PREP FOODS:|QSR FD:|MEAT:|SNACKS:|CHIX:)\s*/, '')
    .replace(/^(CAKES|COOKIES|ROLLS|PIES|CHEESE|BREAD|DELI TRAY):\s*(.+)$/, '$2 $1') // "PIES: FRUIT" to "FRUIT PIES"
    .replace(/\bALL$|\bBULK$|-MAGAZINE$/, (end) => (end === '-MAGAZINE' ? ' MAGAZINE' : ''))
    .replace(/[&]/g, ' & ')
    .replace(/[/]/g, ' / ')
    .replace(/\s+/g, ' ')
    .trim();
  const words = tidy
    .split(' ')
    .flatMap((word) => word.split('-'))
    .map((word) => {
      const tail = /[:,.]$/.test(word) ? word.slice(-1).replace('.', '') : '';
      const bare = word.replace(/[:,.]$/, '');
      const plain = WORDS.get(bare) ?? bare.toLowerCase();
      return plain === '' ? '' : plain + tail;
    })
    .filter((word) => word !== '');
  return words
    .join(' ')
    .replace(/ \/ /g, ', ')
    .replace(/\b(wo)?men s\b/, "$1men's")
    .replace(/^tv\b/, 'TV')
    .replace(/^[\s,:&-]+|[\s,:&-]+$/g, '')
    .replace(/([,:&]) (?:[,:&] )+/g, '$1 ')
    .trim();
}

const UNITS = new Map(
  Object.entries({
    OZ: 'oz',
    OZS: 'oz',
    LB: 'lb',
    LBS: 'lb',
    GA: 'gal',
    GAL: 'gal',
    QT: 'qt',
    PT: 'pint',
    CT: 'ct',
    PK: 'pack',
    L: 'L',
    LTR: 'L',
    LT: 'L',
    ML: 'ml',
    FT: 'ft',
    SQ: 'sq',
    IN: 'in',
    INCH: 'in',
    DZ: 'dozen',
    DOZ: 'dozen',
    PC: 'pc',
    EA: 'each',
    EACH: 'each',
    GM: 'g',
    G: 'g',
    KG: 'kg',
    CM: 'cm',
    YD: 'yd',
    LOADS: 'loads',
    LOAD: 'loads',
    P: 'pint',
    Z: 'oz',
  }),
);

/**
 * A package size as printed on a shelf label, '' for none: "12 PK/12 OZ" gives
 * "12 pack / 12 oz". Case counts in brackets are dropped.
 * @param {string} size
 */
export function sizeOf(size) {
  const tidy = size.replace(/\([^)]*\)/g, ' ').trim();
  const match = /^[\d.\s/x-]*\d[\d.\s/x-]*[A-Z]|^(PT|QT|EACH|EA|GA)\b/.test(tidy);
  if (!match) return '';
  return tidy
    .replace(/(\d)([A-Z])/g, '$1 $2')
    .replace(/\s*\/\s*(?=\.?\d)/g, ' / ')
    .split(/\s+/)
    .map((word) => UNITS.get(word) ?? (/^[A-Z]{2,}$/.test(word) ? word.toLowerCase() : word))
    .join(' ')
    .replace(/(^|\s)\.(\d)/g, '$10.$2')
    .replace(/^1 each$/, 'each');
}
