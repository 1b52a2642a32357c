// Turns the data's shouted, cut-off product types and sizes ("SFT DRNK 2 LITER
// BTL CARB INCL", "12 PK/12 OZ") into titles a shopper reads. Knows words only,
// no files and no shop layout.

/** Types that the data cuts off or abbreviates beyond repair by single words. */
const WHOLE = new Map(
  `
FLUID MILK WHITE ONLY = White milk
FLUID MILK = Milk
SFT DRNK 2 LITER BTL CARB INCL = Soda, 2 litre bottle
SFT DRNK 3 LITER BTL CARB (EXC = Soda, 3 litre bottle
SFT DRNK MLT-PK BTL CARB (EXCP = Soda, bottle multi-pack
SFT DRNK SNGL SRV BTL CARB (EX = Soda, single bottle
SOFT DRINKS 12/18&15PK CAN CAR = Soda, case of cans
SOFT DRINKS 20PK&24PK CAN CARB = Soda, large case of cans
SOFT DRINKS 6PK/4PK CAN CARB ( = Soda, small pack of cans
SOFT DRINK BOTTLE NON-CARB (EX = Still soft drink, bottle
SOFT DRINKS CAN NON-CARB (EXCE = Still soft drink, can
SOFT DRINKS SINGLE CANS CARB ( = Soda, single can
BEERALEMALT LIQUORS = Beer
BEERALE -NON ALCOHOLIC = Alcohol-free beer
MAINSTREAM WHEAT/MULTIGRAIN BR = Wheat & multigrain bread
MAINSTREAM WHITE BREAD = White bread
IWS SINGLE CHEESE = Wrapped cheese slices
NON-IWS SINGLE CHEESE = Cheese slices
NATURAL CHEESE EXACT WT CHUNKS = Cheese block
NATURAL CHEESE EXACT WT SLICES = Sliced natural cheese
DAIRY CASE 100% PURE JUICE - O = Orange juice, chilled
DAIRY CASE 100% PURE JUICE OTH = Pure juice, chilled
DAIRY CASE CITRUS PNCH/OJ SUBS = Citrus punch, chilled
DAIRY CASE FRUIT DRINKS (NO JU = Fruit drink, chilled
DAIRY CASE JUICE DRNK UNDER 10 = Juice drink, chilled
DAIRY CASE TEA WITH SUGAR OR S = Sweet iced tea, chilled
NON-CRBNTD DRNKING/MNERAL WATE = Still mineral water
NON-CARB FLVRD DRNKNG/MNRL WAT = Flavoured still water
NON-CARB WATER FLVR - DRNK/MNR = Flavoured water
CARBONATED WATER - FLVRD SWEET = Sweet sparkling water
CARBONATED WATER - FLVRD UNSWE = Flavoured sparkling water
CARBONATED WATER - UNFLAVORED = Sparkling water
BUTTER SPRAY CRACKER (RITZ/CLU = Butter crackers
CHEESE CRACKERS (CHEEZ-ITS/GOL = Cheese crackers
SOUP CRACKERS (SALTINE/OYSTER) = Soup crackers
PREMIUM COOKIES (EX: PEPPERIDG = Premium cookies
CAN CATFD GOURMET/SUP PREM (GR = Gourmet cat food, can
CANNED CAT FOOD (9 LIVES/FRISK = Cat food, can
CANNED CAT FOOD RATION (ECONOM = Economy cat food, can
DRY CAT FOOD (CAT CHOW/FRISKIE = Dry cat food
DRY CAT FOOD ECONOMY (COST CUT = Economy dry cat food
DRY CAT FOOD SUP PREM (ONE/NUT = Premium dry cat food
CAN DOG FOOD (SKIPPY/PEDIGREE/ = Dog food, can
CAN DOG FOOD RATION (TRIX/VETS = Economy dog food, can
CAN DOGFD GOURMET/SUPER PREM ( = Gourmet dog food, can
DRY DOG ECONOMY (COST CUTTER/F = Economy dry dog food
DRY DOG FOOD PREMIUM (ALPO/PUR = Dry dog food
DRY DOG FOOD SUPER PREM (ONE/N = Premium dry dog food
DRY DOG VALUE (PET PRIDE/KLR/G = Value dry dog food
DOG BISCUITS (HARD BISCUIT) = Dog biscuits
DOG TREATS (SOFT TREATS) = Soft dog treats
RTS SOUP: CHUNKY/HOMESTYLE ET = Chunky soup
FRZN SS PREMIUM ENTREES/DNRS/N = Premium frozen dinner
FRZN SS PREMIUM ENTREES/DNRS/T = Classic frozen dinner
FRZN MULTI SERVE ENTREES ALL = Family-size frozen dinner
FRZN BREADED PREPARED CHICK = Breaded chicken, frozen
FRZN BREAKFAST ENTREES/SANDWIC = Frozen breakfast sandwich
FRZN OJ&OJ SUBSTITUTES (OVER 5 = Frozen orange juice
FRZN CONC ALLIEDS OVER 50% JUI = Frozen juice concentrate
FRZN CONC UNDER 50% JUICE = Frozen juice drink
FRZN BRD STICK/PORTON = Breaded fish sticks
FRZN BRD WHOLE FILLETS = Breaded fish fillets
FRZN TATER TOTS/OTHER EXTRUDED = Potato tots
FRZN BAGGED VEGETABLES- VALUE = Seasoned frozen vegetables
FRZN BAGGED VEGETABLES - PLAIN = Frozen vegetables, bag
FRZN BOXED VEGETABLES- VALUE A = Seasoned frozen vegetables, box
FRZN BOXED VEGETABLES - PLAIN = Frozen vegetables, box
MEXICAN SAUCESSALSAPICANTEE = Salsa
MEXICAN TACO TOSTADO SHELLS = Taco shells
MEXICAN SOFT TORTILLAS AND WRA = Soft tortillas
MEXICAN BEANS REFRIED = Refried beans
ORIENTAL SOY SAUCE = Soy sauce
ORIENTAL OTHER SAUCES MARINAD = Asian sauces
ORIENTAL NOODLES RICE = Asian noodles & rice
ORIENTAL VEGETABLES = Asian vegetables
ORIENTAL FOODS AND MEALS = Asian meals
CANDY BARS (SINGLES)(INCLUDING = Candy bar
CANDY BARS (MULTI PACK) = Candy bars, multi-pack
CANDY BAGS-CHOCOCLATE = Chocolate candy
CANDY BAGS-NON CHOCOLATE = Candy
MINTS CANDY & BREATH (NOT LIF = Mints
CANDY & BREATH MINTS (PKGD) (N = Mints
MISCELLANEOUS CANDY (INCLUDING = Assorted candy
GUM (PACKAGED) = Chewing gum, pack
YOGURT NOT MULTI-PACKS = Yogurt
YOGURT MULTI-PACKS = Yogurt, multi-pack
COFF SHOP: DANISH TAKE OUT = Danish
SW GDS:DONUTS = Donuts
SGL SV/VEND MACH SNACKS CHIP/P = Single-serve chips
SEMI-SOLID SALAD DRESSING MAY = Mayonnaise
APPLE JUICE & CIDER (50% AND U = Apple juice drink
APPLE JUICE & CIDER (OVER 50% = Apple juice
BLENDED JUICE&COMBINATIONS (50 = Juice blend drink
BLENDED JUICE&COMBINATIONS (OV = Juice blend
CRANAPPLE CRAN GRAPE JUICE (5 = Cranberry-apple drink
CRANAPPLE CRAN GRAPE JUICE (O = Cranberry-apple juice
FRUIT DRINKS: CANNED & GLASS ( = Fruit drink
ANTIPERSPIRANTS ONLY (ALL OTHE = Antiperspirant
ANTIPERSPIRANTS ONLY (AEROSOL) = Antiperspirant spray
CONDENSED SOUP = Condensed soup
COUGH SYRP/LOZNG-DRP/XPCTRNT = Cough syrup & drops
FEM. HYGN.NAPKINS = Sanitary pads
FEM. HYGN. TAMPONS = Tampons
FACIAL TISSUE & PAPER HANDKE = Facial tissue
GARBAGE KITCHEN COMPACTOR BA = Kitchen trash bags
PLASTIC WRAP (SARANETC.) = Plastic wrap
PLSTC CTLRYTBLCLTHSTTHPKSST = Plastic cutlery
DISPOSABLE FD STORAGE CONTAINR = Food storage containers
PREPARED BEANS - BAKED W/PORK = Baked beans
CATSUP = Ketchup
MALTED MLK/SYRUP/PWDRS (EGGNOG = Chocolate syrup & malt powder
NON DAIRY CREAMER: DRY = Coffee creamer powder
GRANULATED SUGAR = Granulated sugar
SQUEEZE = Squeezable spread
BABY FOOD JUNIOR ALL BRANDS = Junior baby food
BABY FOOD - BEGINNER = First baby food
CHIX: ROTISSERIE (HOT) = Rotisserie chicken
CHIX:FRD 8PC/CUT UP (HOT) = Fried chicken, 8 pieces
CHIX:FRD 8PC/CUT UP (COLD) = Fried chicken, chilled
CHIX: BAKED 8PC CUT UP (HOT) = Baked chicken, 8 pieces
SAL:SALSA/DPS-PRPCK = Salsa & dips
BEANS GREEN: FS/WHL/CUT = Green beans
EGGS - LARGE = Large eggs
EGGS - X-LARGE = Extra large eggs
EGGS - MEDIUM = Medium eggs
EGGS - JUMBO = Jumbo eggs
PEPPERS GREEN BELL = Green bell peppers
PEPPERS RED BELL = Red bell peppers
PEPPERS OTHER BELL = Bell peppers
PEPPERS JALAPENO = Jalapeño peppers
CARROTS MINI PEELED = Peeled mini carrots
GRAPES WHITE = White grapes
GRAPES RED = Red grapes
GRAPES BLACK/BLUE = Black grapes
TOMATOES HOTHOUSE ON THE VINE = Tomatoes on the vine
TOMATOES HOT HOUSE BULK = Hothouse tomatoes
TOMATOES VINE RIPE BULK = Vine-ripe tomatoes
TOMATOES VINE RIPE PKG = Vine-ripe tomatoes, pack
TOMATOES GRAPE = Grape tomatoes
TOMATOES CHERRY = Cherry tomatoes
ROMA TOMATOES (BULK/PKG) = Roma tomatoes
TOMATOES: STEWED/DICED/CRMD = Chopped tomatoes
ONIONS SWEET (BULK&BAG) = Sweet onions
ONIONS YELLOW (BULK&BAG) = Yellow onions
ONIONS RED (BULK&BAG) = Red onions
ONIONS WHITE (BULK&BAG) = White onions
ONIONS OTHER = Onions
POTATOES RUSSET (BULK&BAG) = Russet potatoes
POTATOES RED (BULK&BAG) = Red potatoes
POTATOES GOLD (BULK&BAG) = Gold potatoes
POTATOES SWEET&YAMS = Sweet potatoes
POTATOES: DRY = Dried potatoes
APPLES GALA (BULK&BAG) = Gala apples
APPLES FUJI (BULK&BAG) = Fuji apples
APPLES RED DELICIOUS (BULK&BAG = Red Delicious apples
APPLES GOLD DELICIOUS (BULK&BA = Golden Delicious apples
APPLES GRANNY SMITH (BULK&BAG) = Granny Smith apples
APPLES BRAEBURN (BULK&BAG) = Braeburn apples
APPLES OTHER (BULK&BAG) = Apples
ORANGES NAVELS ALL = Navel oranges
ORANGES NON NAVEL ALL = Oranges
PEARS BARTLETT = Bartlett pears
PEARS BOSC = Bosc pears
PEARS ANJOU = Anjou pears
BROCCOLI WHOLE&CROWNS = Broccoli
CANTALOUPE WHOLE = Cantaloupe melon
CAULIFLOWER WHOLE = Cauliflower
GARLIC WHOLE CLOVES = Garlic
HERBS CILANTO = Cilantro
HERBS PARSLEY = Parsley
MUSHROOMS WHITE SLICED PKG = Sliced mushrooms
MUSHROOMS W/WHOLE PKG = Whole mushrooms
SQUASH ZUCCHINI = Zucchini
VEGETABLES ALL OTHER = Vegetables
SALAD BAR FRESH FRUIT = Fresh fruit from the salad bar
CHICKEN BREAST BONELESS = Boneless chicken breast
CHICKEN BREAST BONE IN = Chicken breast on the bone
TORTILLA/NACHO CHIPS = Tortilla chips
CANISTER POTATO/TORT CHIPS = Canister chips
TRAY PACK/CHOC CHIP COOKIES = Chocolate chip cookies
VANILLA WAFER/KIDS COOKIES = Vanilla wafers & kids' cookies
MULT PK BAG SNACKS = Snack bags, multi-pack
MULTI-PACK CRACKERS = Crackers, multi-pack
MULTI-PACK COOKIES = Cookies, multi-pack
SNACK CAKE - MULTI PACK = Snack cakes, multi-pack
SNACK CAKE - SINGLE SERVE = Snack cake, single
SWEET GOODS - FULL SIZE = Sweet bakes
BREAD:ITALIAN/FRENCH = Italian & French bread
REFRIGERATED BISCUITS REGULAR = Chilled biscuit dough
REFRIGERATED COOKIES-CHUB = Cookie dough roll
REFRIGERATED COOKIES-BREAK N B = Break & bake cookie dough
REFRIGERATED COFFEE CREAMERS = Coffee creamer, chilled
MARGARINE: TUBS AND BOWLS = Margarine, tub
MARGARINE  STICK = Margarine sticks
MARGARINE: SQUEEZE = Margarine, squeeze bottle
POURABLE SALAD DRESSINGS = Salad dressing
SAUCE MIXES GRAVY MIXES DRY = Gravy & sauce mix
SPICES & SEASONINGS = Spices & seasoning
PRESERVES JAM MARMALADE = Jam & marmalade
PASTA: CANNED = Canned pasta
CHILI: CANNED = Canned chili
VARIETY BEANS - KIDNEY PINTO = Kidney & pinto beans
DRY BEANS/PEAS/BARLEY: BAG & B = Dry beans & peas
RICE SIDE DISH MIXES DRY = Rice side dish
NOODLE SIDE DISH MIXES = Noodle side dish
PACKAGE DINNERS: OTHER = Packaged dinner
VEGETABLE/SALAD OIL = Vegetable oil
FRUIT BOWL AND CUPS = Fruit cups
PUDDING&GELATIN CUPS/CANS = Pudding & gelatin cups
PUDDINGS DRY = Pudding mix
SOFT DRINK POWDER POUCHES = Drink powder, pouch
SOFT DRINK CANISTERS = Drink powder, canister
ISOTONIC DRINKS SINGLE SERVE = Sports drink
ISOTONIC DRINKS MULTI-SERVE = Sports drink, multi-pack
ASEPTIC PACK JUICE AND DRINKS = Juice boxes
ALL FAMILY CEREAL = Family cereal
SS ECONOMY ENTREES/DINNERS ALL = Economy frozen dinner
SNACKS/APPETIZERS = Frozen snacks & appetizers
WAFFLES/PANCAKES/FRENCH TOAST = Waffles & pancakes
SANDWICHES&HANDHELDS = Sandwiches & handhelds
STICKS/ENROBED = Ice cream bars
ORAL HYGIENE BRUSHES = Toothbrush
DISPOSABLE FOILWARE = Foil pans
PAPER TOWELS & HOLDERS = Paper towels
TOILET TISSUE = Toilet paper
CONVENTIONAL LITTER = Cat litter
SCOOP LITTER = Clumping cat litter
GROUND COFFEE = Ground coffee
PROTIEN SALADS - BULK = Chicken & tuna salad
`
    .trim()
    .split('\n')
    .map((line) => /** @type {[string, string]} */ (line.split(' = '))),
);

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
    VEG: 'vegetables',
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

/** A title needs its shelf's name when the type alone says only "Fresh" or "Premium". */
const VAGUE = new Set(
  (
    'LEAN PRIMAL FRESH PREMIUM MAINSTREAM OTHER DRY ECONOMY ENHANCED MEAT BETTER-FOR-YOU TRADITIONAL ADULT-PREMIUM FLAVORED/OTHER ' +
    'INTERNAL EXTERNAL EXTERNAL-FRESH KITS BLENDS MISC PANTRY OVEN MICROWAVE PROMOTIONAL SEASONAL KIDS/FAMILY COOKED MEAT-ADDED MEAT-INCLUDED ' +
    'RIBS LOAVE PATTIES LINKS-RAW LINKS-COOKED PATTIES-RAW PATTIES-COOKED POULTRY HAM ENTREES SMOKED/COOKED ANGUS BREAST-BONELESS ' +
    'QUARTS PAILS BUTTS FLATS FLANK BRUSHES REGULAR SELECT PRE-COOKED SUPER-PREMIUM-PINTS PREMIUM-PINTS RED WHITE SNACK STANDARD'
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
  const known = WHOLE.get(type);
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
    .replace(
      /^(SEAFOOD|CAKES|COOKIES|ROLLS|PIES|MEAT|CHEESE|SAL|BREAD|DELI TRAY|PREP FD|PREP FOODS|QSR FD|SNACKS)[:-](?=\s*\S)/,
      (head) =>
        ['SEAFOOD-', 'SAL:', 'PREP FD:', 'PREP FOODS:', 'QSR FD:'].includes(head)
          ? ''
          : `${head.slice(0, -1)}: `,
    )
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
