// How the demo shop is laid out: its aisles, the data's categories that each
// aisle holds, what a category is called on its sign, and which drawing stands
// for it. A category that is not listed is not sold: fuel, coupons, deposits,
// tobacco, phone cards and the like are in the data but are no products for a
// shelf. Knows nothing of files or of single products.

/** `aisle id | name on the sign`, then its categories, `DATA NAME = Name : drawing`. */
const LAYOUT = `
# fruit | Fruit & nuts
TROPICAL FRUIT = Tropical fruit : crate
BERRIES = Berries : strawberry
APPLES = Apples : apple
CITRUS = Citrus : orange
GRAPES = Grapes : grapes
MELONS = Melons : melon
STONE FRUIT = Stone fruit : peach
PEARS = Pears : pear
VALUE ADDED FRUIT = Cut fruit : bowl
NUTS = Nuts : nut
DRIED FRUIT = Dried fruit : bag

# vegetables | Vegetables & salad
TOMATOES = Tomatoes : tomato
POTATOES = Potatoes : potato
ONIONS = Onions : onion
CARROTS = Carrots : carrot
PEPPERS-ALL = Peppers : pepper
BROCCOLI/CAULIFLOWER = Broccoli & cauliflower : broccoli
VEGETABLES SALAD = Lettuce : lettuce
SALAD MIX = Salad mixes : bowl
VEGETABLES - ALL OTHERS = More vegetables : crate
ORGANICS FRUIT & VEGETABLES = Organic : crate
MUSHROOMS = Mushrooms : mushroom
CORN = Corn : corn
SQUASH = Squash : squash
HERBS = Herbs & garlic : herb
VALUE ADDED VEGETABLES = Cut vegetables : bowl
SALAD BAR = Salad bar : bowl
PROCESSED = Dips & dressings : jar
SEASONAL = Seasonal produce : crate

# bakery | Bakery
BAKED BREAD/BUNS/ROLLS = Bread & buns : loaf
BREAD = Fresh bread : baguette
ROLLS = Rolls & bagels : bun
BREAKFAST SWEETS = Donuts & danish : donut
CAKES = Cakes : cake
PIES = Pies : pie
COOKIES = Bakery cookies : cookie
SWEET GOODS & SNACKS = Sweet bakes : donut
BAKED SWEET GOODS = Snack cakes : cake

# dairy | Dairy & eggs
FLUID MILK PRODUCTS = Milk : jug
EGGS = Eggs : eggs
CHEESE = Cheese : cheese
YOGURT = Yogurt : tub
BUTTER = Butter : butter
MARGARINES = Spreads : tub
MILK BY-PRODUCTS = Cream & cottage cheese : tub
MISC. DAIRY = Chilled desserts & more : tub
REFRGRATD DOUGH PRODUCTS = Chilled dough : tin
REFRGRATD JUICES/DRNKS = Chilled juice : carton
CANNED MILK = Canned milk : tin

# meat | Meat & fish
BEEF = Beef : steak
CHICKEN = Chicken : drumstick
PORK = Pork : chop
TURKEY = Turkey : drumstick
LAMB = Lamb : chop
VEAL = Veal : chop
SMOKED MEATS = Smoked meats : ham
EXOTIC GAME/FOWL = Game & fowl : drumstick
RW FRESH PROCESSED MEAT = Fresh sausage : sausage
LUNCHMEAT = Lunch meat : ham
DINNER SAUSAGE = Dinner sausage : sausage
BREAKFAST SAUSAGE/SANDWICHES = Breakfast sausage : sausage
HOT DOGS = Hot dogs : sausage
BACON = Bacon : bacon
MEAT - MISC = More meats : ham
HEAT/SERVE = Heat & serve : dinner
FROZEN MEAT = Frozen meat : dinner
SEAFOOD-FRESH = Fresh fish : fish
SEAFOOD - FROZEN = Frozen fish : fish
SEAFOOD - MISC = Fish extras : fish
FROZEN - BOXED(GROCERY) = Boxed fish : fish

# deli | Deli
DELI MEATS = Deli meats : ham
CHEESES = Deli cheese : cheese
SALADS/DIPS = Salads & dips : bowl
CHICKEN/POULTRY = Hot chicken : drumstick
PREPARED FOOD = Prepared food : dinner
SANDWICHES = Sandwiches : sandwich
SUSHI = Sushi : sushi
SNACKS = Deli snacks : bag
DELI SPECIALTIES (RETAIL PK) = Deli specialties : jar
PARTY TRAYS = Party trays : bowl
COFFEE SHOP = Coffee shop : mug

# frozen | Frozen
FRZN MEAT/MEAT DINNERS = Frozen dinners : dinner
FROZEN PIZZA = Pizza : pizza
ICE CREAM/MILK/SHERBTS = Ice cream : icecream
FRZN NOVELTIES/WTR ICE = Ice pops & bars : icepop
FRZN VEGETABLE/VEG DSH = Frozen vegetables : frozenbag
FRZN POTATOES = Fries & potatoes : frozenbag
FRZN BREAKFAST FOODS = Frozen breakfast : box
FROZEN PIE/DESSERTS = Pies & desserts : pie
FROZEN BREAD/DOUGH = Frozen bread & dough : baguette
FRZN JCE CONC/DRNKS = Frozen juice : tin
FRZN FRUITS = Frozen fruit : frozenbag
FROZEN CHICKEN = Frozen chicken : frozenbag
FRZN SEAFOOD = Frozen seafood : fish
FRZN ICE = Ice : frozenbag

# pantry | Pantry
SOUP = Soup : tin
VEGETABLES - SHELF STABLE = Canned vegetables : tin
FRUIT - SHELF STABLE = Canned fruit : tin
BEANS - CANNED GLASS & MW = Canned beans : tin
MEAT - SHELF STABLE = Canned meat : tin
SEAFOOD - SHELF STABLE = Tuna & canned fish : tin
DRY NOODLES/PASTA = Pasta & noodles : pasta
PASTA SAUCE = Pasta sauce : jar
DRY BN/VEG/POTATO/RICE = Rice & beans : sack
DINNER MXS:DRY = Dinner mixes : box
HISPANIC = World foods : jar
CONDIMENTS/SAUCES = Sauces : saucebottle
SALD DRSNG/SNDWCH SPRD = Dressings & mayo : saucebottle
DRY SAUCES/GRAVY = Gravy & sauce mixes : sachet
PICKLE/RELISH/PKLD VEG = Pickles & relish : jar
OLIVES = Olives : jar
SPICES & EXTRACTS = Spices : spice
SHORTENING/OIL = Oils : oil
SUGARS/SWEETNERS = Sugar & sweeteners : sack
FLOUR & MEALS = Flour & meal : sack
BAKING NEEDS = Baking needs : sack
BAKING MIXES = Baking mixes : box
DRY MIX DESSERTS = Puddings & gelatin : box
SYRUPS/TOPPINGS = Syrups & toppings : saucebottle
PNT BTR/JELLY/JAMS = Jam & peanut butter : jar

# breakfast | Breakfast
COLD CEREAL = Cereal : box
HOT CEREAL = Oatmeal & hot cereal : box
CONVENIENT BRKFST/WHLSM SNACKS = Breakfast bars : bar
MOLASSES/SYRUP/PANCAKE MIXS = Pancakes & syrup : saucebottle

# snacks | Snacks & sweets
BAG SNACKS = Chips & pretzels : chips
CRACKERS/MISC BKD FD = Crackers : box
COOKIES/CONES = Cookies : cookie
WAREHOUSE SNACKS = Snack packs : chips
SNACK NUTS = Snack nuts : nut
POPCORN = Popcorn : popcorn
CANDY - PACKAGED = Candy : candy
CANDY - CHECKLANE = Gum & candy bars : bar

# drinks | Drinks
SOFT DRINKS = Soft drinks : bottle
WATER - CARBONATED/FLVRD DRINK = Water : water
CANNED JUICES = Juice : juice
ISOTONIC DRINKS = Sports drinks : water
NEW AGE = Iced tea & more : can
PWDR/CRYSTL DRNK MX = Drink mixes : sachet
COFFEE = Coffee : coffee
TEAS = Tea : teabox
COCOA MIXES = Cocoa : mug
COFFEE FILTERS = Coffee filters : box
SERVICE BEVERAGE = Fountain drinks : cup

# wine | Beer & wine
BEERS/ALES = Beer : beer
DOMESTIC WINE = Domestic wine : wine
IMPORTED WINE = Imported wine : wine
MISC WINE = Sparkling & more : wine
LIQUOR = Spirits & mixers : spirits

# natural | Natural & diet
NUTRITION/REFRIGERATED = Natural chilled : tub
NUTRITION/FROZEN = Natural frozen : frozenbag
NUTRITION/FITNESS&DIET = Fitness & diet : bar
NUTRITION/CEREAL/BREAKFAST = Natural breakfast : box
NUTRITION/CHIPS&SNACKS = Natural chips : chips
NUTRITION/DRIED FRUIT = Dried fruit & raisins : sachet
NUTRITION/SNKS/CKYS/CRKR/CNDY = Natural sweets : cookie
NUTRITION/PREPARED/PKGD FOODS = Natural meals : box
NUTRITION/RICE CAKES = Rice cakes : cookie
NUTRITION/JUICE = Natural juice : juice
NUTRITION/NON-DAIRY BEVERAGES = Soy & rice drinks : carton
NUTRITION/SOUP = Natural soup : tin
NUTRITION/WATER = Natural water : water
NUTRITION/CONDIMENTS = Natural condiments : jar
NUTRITION/BAKING = Natural baking : sack
NUTRITION/PACKAGED NATURAL SNACKS = Packaged snacks : sachet
NUTRITION/BEVERAGE = Natural drinks : can
NUTRITION/BREAD = Natural bread : loaf
NUTRITION/DRY TEA/COFFEE/COCO MIX = Tea & cocoa : teabox
DIETARY AID PRODUCTS = Diet aids : can

# household | Household
LAUNDRY DETERGENTS = Laundry detergent : detergent
LAUNDRY ADDITIVES = Laundry care : detergent
BLEACH = Bleach : detergent
DISHWASH DETERGENTS = Dishwashing : pump
HOUSEHOLD CLEANG NEEDS = Cleaners : spray
AIR CARE = Air care : spraycan
BATH TISSUES = Toilet paper : roll
PAPER TOWELS = Paper towels : roll
FACIAL TISS/DNR NAPKIN = Tissues & napkins : tissue
FD WRAPS/BAGS/TRSH BG = Wraps & bags : wrapbox
PAPER HOUSEWARES = Plates & cups : plates
DISPOSIBLE FOILWARE = Foil pans : pan
BROOMS AND MOPS = Brooms & mops : broom
IRONING AND CHEMICALS = Ironing & starch : spraycan
INSECTICIDES = Insect control : spraycan

# beauty | Health & beauty
HAIR CARE PRODUCTS = Hair care : shampoo
HAIR CARE ACCESSORIES = Hair accessories : comb
ORAL HYGIENE PRODUCTS = Oral care : toothpaste
SOAP - LIQUID & BAR = Soap & body wash : pump
DEODORANTS = Deodorant : stick
SHAVING CARE PRODUCTS = Shaving : razor
HAND/BODY/FACIAL PRODUCTS = Skin care : pump
MAKEUP AND TREATMENT = Make-up : lipstick
COSMETIC ACCESSORIES = Cosmetic accessories : box
BATH = Bath : pump
FRAGRANCES = Fragrance : perfume
FEMININE HYGIENE = Feminine care : softpack
COLD AND FLU = Cold & flu : pills
ANALGESICS = Pain relief : pills
ANTACIDS = Stomach care : pills
LAXATIVES = Digestive care : pills
SINUS AND ALLERGY = Allergy : pills
VITAMINS = Vitamins : pills
NATURAL VITAMINS = Natural vitamins : pills
FIRST AID PRODUCTS = First aid : plaster
EYE AND EAR CARE PRODUCTS = Eye & ear care : dropper
FOOT CARE PRODUCTS = Foot care : toothpaste
SUNTAN = Sun care : toothpaste
ETHNIC PERSONAL CARE = Hair & skin care : pump
PERSONAL CARE APPLIANCES = Appliances : razor

# baby | Baby
BABY FOODS = Baby food : babyjar
NUTRITION/BABYFOOD = Natural baby food : babyjar
INFANT FORMULA = Formula : tin
DIAPERS & DISPOSABLES = Diapers : softpack
BABY HBC = Baby care : pump
INFANT CARE PRODUCTS = Baby accessories : babybottle

# pets | Pets
DOG FOODS = Dog food : petfood
CAT FOOD = Cat food : pettin
CAT LITTER = Cat litter : sack
PET CARE SUPPLIES = Pet care : bone
BIRD SEED = Bird seed : sack

# home | Home & garden
FLORAL-FRESH CUT = Cut flowers : flowers
ROSES = Roses : flowers
BOUQUET (NON ROSE) = Bouquets : flowers
FLORAL-FLOWERING PLANTS = Flowering plants : plant
FLORAL-FOLIAGE PLANTS = Foliage plants : plant
FLORAL BALLOONS = Balloons : balloon
GARDEN CENTER = Garden centre : plant
LAWN AND GARDEN SHOP = Lawn & garden : plant
KITCHEN GADGETS = Kitchen gadgets : gadget
COOKWARE & BAKEWARE = Cookware & bakeware : pan
PLASTIC HOUSEWARES = Storage & plastics : bowl
GLASSWARE & DINNERWARE = Glasses & dinnerware : cup
CANDLES/ACCESSORIES = Candles : candle
ELECTRICAL SUPPPLIES = Light bulbs : bulb
BATTERIES = Batteries : battery
HARDWARE SUPPLIES = Hardware : box
AUTOMOTIVE PRODUCTS = Car care : detergent
CHARCOAL AND LIGHTER FLUID = Charcoal & fire : sack
DOMESTIC GOODS = Linens : softpack
HOSIERY/SOCKS = Socks & hosiery : softpack
STATIONERY & SCHOOL SUPPLIES = Stationery : notebook
GREETING CARDS/WRAP/PARTY SPLY = Cards & party : card
MAGAZINE = Magazines : magazine
NEWSPAPER = Newspapers : magazine
BOOKSTORE = Books : notebook
TOYS AND GAMES = Toys & games : toy
FILM AND CAMERA PRODUCTS = Film & cameras : box
AUDIO/VIDEO PRODUCTS = Audio & video : box
CHRISTMAS  SEASONAL = Christmas : gift
EASTER = Easter : gift
HALLOWEEN = Halloween : gift
VALENTINE = Valentine : gift
SPRING/SUMMER SEASONAL = Spring & summer : gift
FALL AND WINTER SEASONAL = Fall & winter : gift
SEWING = Sewing : box
HOME FREEZING & CANNING SUPPLY = Canning : jar
`;

/** @typedef {{ id: string, name: string }} Aisle */
/** @typedef {{ aisle: number, name: string, art: string }} Shelf */

/** Reads the layout above. @returns {{ aisles: Aisle[], shelves: Map<string, Shelf> }} */
function readLayout() {
  const aisles = [];
  const shelves = new Map();
  for (const line of LAYOUT.split('\n')) {
    if (line.startsWith('# ')) {
      const [id, name] = line.slice(2).split(' | ');
      aisles.push({ id, name });
    } else if (line.includes(' = ')) {
      const [raw, sign] = line.split(' = ');
      const [name, art] = sign.split(' : ');
      shelves.set(raw, { aisle: aisles.length - 1, name, art });
    }
  }
  return { aisles, shelves };
}

const { aisles, shelves } = readLayout();

export { aisles };

/** @type {Shelf[]} */
export const allShelves = [...shelves.values()];

// Departments whose rows are not products, whatever category they carry.
const NOT_SOLD = new Set(['COUPON', 'FUEL', 'MISCELLANEOUS', 'POSTAL CENTER', 'CNTRL/STORE SUP']);

/**
 * The shelf of a product, or undefined if the shop does not sell it.
 * @param {string} department @param {string} category
 * @returns {Shelf | undefined}
 */
export function shelfOf(department, category) {
  if (NOT_SOLD.has(department)) return undefined;
  if (department === 'NUTRITION') return shelves.get(`NUTRITION/${category}`);
  return shelves.get(category);
}
