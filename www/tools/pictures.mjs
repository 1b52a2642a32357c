// Which drawing shows a product that its shelf's drawing does not: by the words of its title, shelf by shelf. A drawing
// may name one of its colours or forms (`apple:1`, a green one). Knows titles and shelves, no files.

import { allShelves } from './taxonomy.mjs';

/** `# shelf, shelf`, then `words of a title = drawing`; the first line that fits counts. */
const RULES = `
# Tropical fruit, Berries, Citrus, Apples, Grapes, Melons, Stone fruit, Organic
banana = banana
avocado = avocado
kiwi = kiwi
pineapple = pineapple
mango = mango
strawberr = strawberry
blueberr = roundberry:0
cranberr = roundberry:1
raspberr = raspberry:0
blackberr = raspberry:1
lemon = lemon:0
lime = lemon:1
grapefruit = orange:0
orange|clementine|tangerine|citrus = orange:2
green|granny = apple:1
golden = apple:2
mixed fruit = crate
apple = apple:0
white grape = grapes:1
red grape = grapes:2
grape = grapes:0
watermelon = melon:1
melon|honeydew = melon:0
cherr = cherries
plum|pluot = plum
peach|nectarine|apricot = peach
carrot = carrot
tomato = tomato
potato = potato:1
onion = onion:0
pepper = pepper:0
lettuce|salad = lettuce
herb = herb
broccoli = broccoli
mushroom = mushroom
squash = squash
pear = pear

# Onions
red onion = onion:2
white onion = onion:1
onion = onion:0

# Potatoes
sweet = sweetpotato
red = potato:2
gold = potato:1
potato = potato:0

# Peppers
jalap|serrano = chili
green = pepper:0
red = pepper:1
pepper = pepper:2

# Broccoli & cauliflower
cauliflower = cauliflower

# Lettuce, Salad mixes
spinach = greens
coleslaw = cabbage

# More vegetables
cucumber = cucumber:0
celery = celery
cabbage = cabbage
asparagus = asparagus
bean = beans
radish = radish
greens = greens
tomato = tomato

# Squash
zucchini = cucumber:0
yellow = cucumber:1

# Herbs & garlic
jar = jar
garlic = garlic

# Seasonal produce
pumpkin = squash

# Nuts
peanut = nut:1
nut|almond|pecan|pistachio = nut:0

# Milk
chocolate = jug:1
creamer|egg nog|buttermilk = carton
yogurt = tub
milk = jug:0

# Eggs
substitute = carton

# Bread & buns, Rolls & bagels, Chilled dough, Natural bread, Fresh bread, Chilled desserts & more, Frozen bread & dough
bagel = bagel
tortilla|pita = tortilla
bun|roll|muffin|biscuit = bun
pizza = pizza
pasta = pasta
pudding = tub

# Donuts & danish, Snack cakes, Sweet bakes
donut = donut
cake|muffin = cake

# Cheese
cracker = box

# Butter
tub = tub

# Deli meats, More meats
sausage|pepperoni|salami = sausage
hashbrown = frozenbag
snack|jerky = bag

# Lunch meat, Smoked meats
pepperoni|salami = sausage
bacon = bacon
combo = dinner

# Prepared food, Heat & serve, Frozen meat, Natural frozen
pizza = pizza
sandwich|corn dog|burger = sandwich
soup = bowl

# Frozen fish, Fresh fish, Boxed fish, Frozen seafood
shrimp|shellfish = shrimp

# Pizza
sandwich = sandwich
dinner|snack = dinner
burrito = box

# Pies & desserts
whipped = tub
cake = cake
dinner = dinner

# Soft drinks
cans?\\b|energy = can
juice = juice
coffee = coffee

# Water
juice = juice

# Juice
boxes|pouch = carton

# Coffee
instant|creamer = jar

# Oils
shortening = tin
spray = spraycan

# Canned fruit, Puddings & gelatin
cups = tub

# Natural chilled
egg = eggs
milk|kefir = carton
cheese = cheese
juice|tea = juice

# Candy
bars?\\b|gum = bar

# Cleaners, Baby care, Toilet paper
wipe|cotton|cloth = softpack
tool = broom

# Brooms & mops
sponge|scouring|glove = softpack

# Laundry detergent, Laundry care
powder|sheets = box
starch|refresher = spraycan

# Oral care
mouthwash = bottle
floss = softpack
lip = stick

# Soap & body wash
bar = box

# Shaving
cream = spraycan

# Baby food
cereal = box
juice = bottle
water = water

# Plates & cups
cup = cup
cutlery = gadget

# Dog food
can\\b = pettin
biscuit|treat = bone

# Cat food
dry|treat = petfood

# Air care
candle = candle
rug = box

# Charcoal & fire
match = box
`;

/** @typedef {{ words: RegExp, art: string }} Rule */

/** @type {Map<string, Rule[]>} */
const rules = new Map();
let named = [''];
for (const line of RULES.trim().split('\n')) {
  if (line.startsWith('# ')) {
    named = line.slice(2).split(', ');
  } else if (line.includes(' = ')) {
    const [words = '', art = ''] = line.split(' = ');
    const rule = { words: new RegExp(words, 'i'), art };
    for (const shelf of named) rules.set(shelf, [...(rules.get(shelf) ?? []), rule]);
  }
}

/**
 * The drawing of a product, with the number of its colour or form where that is part of what it is.
 * @param {string} title @param {{ name: string, art: string }} shelf
 */
export const artOf = (title, shelf) =>
  (rules.get(shelf.name) ?? []).find(({ words }) => words.test(title))?.art ?? shelf.art;

/** Every drawing that a product may have: those of the rules and of the shelves. */
export const allArt = () => [
  ...new Set([
    ...[...rules.values()].flat().map(({ art }) => art),
    ...allShelves.map(({ art }) => art),
  ]),
];
