// Which drawing stands for which product: what one sees is what its title says.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { titleOf } from '../../www/tools/names.mjs';
import { allArt, artOf } from '../../www/tools/pictures.mjs';
import { shelfOf } from '../../www/tools/taxonomy.mjs';
import { root } from './support/fixture.mjs';

/** The drawing of a row of the data. */
function drawn(department, category, type) {
  const shelf = shelfOf(department, category);
  return artOf(titleOf(type, shelf.name), shelf);
}

const file = (art) => join(root, 'www/src/illustrations', `${art.split(':')[0]}.svg`);

test('a product is drawn as the thing that its title names', () => {
  for (const [category, type, art] of [
    ['VEGETABLES - ALL OTHERS', 'CUCUMBERS', 'cucumber:0'],
    ['VEGETABLES - ALL OTHERS', 'CABBAGE', 'cabbage'],
    ['VEGETABLES - ALL OTHERS', 'CELERY', 'celery'],
    ['BROCCOLI/CAULIFLOWER', 'BROCCOLI WHOLE&CROWNS', 'broccoli'],
    ['BROCCOLI/CAULIFLOWER', 'CAULIFLOWER WHOLE', 'cauliflower'],
    ['TROPICAL FRUIT', 'BANANAS', 'banana'],
    ['TROPICAL FRUIT', 'KIWI FRUIT', 'kiwi'],
    ['BERRIES', 'BLUEBERRIES', 'roundberry:0'],
    ['CITRUS', 'LIMES', 'lemon:1'],
    ['APPLES', 'APPLES GRANNY SMITH (BULK&BAG)', 'apple:1'],
    ['GRAPES', 'GRAPES RED', 'grapes:2'],
    ['MELONS', 'WATERMELON SEEDLESS WHOLE', 'melon:1'],
    ['MELONS', 'CANTALOUPE WHOLE', 'melon:0'],
    ['PEPPERS-ALL', 'PEPPERS RED BELL', 'pepper:1'],
    ['ONIONS', 'ONIONS RED (BULK&BAG)', 'onion:2'],
    ['HERBS', 'GARLIC WHOLE CLOVES', 'garlic'],
  ])
    assert.equal(drawn('PRODUCE', category, type), art, type);
  assert.equal(drawn('GROCERY', 'SOFT DRINKS', 'SOFT DRINKS 12/18&15PK CAN CAR'), 'can');
  assert.equal(drawn('GROCERY', 'FLUID MILK PRODUCTS', 'CHOCOLATE MILK'), 'jug:1');
});

test('where nothing fits a neutral picture stands for the category', () => {
  assert.equal(drawn('PRODUCE', 'VEGETABLES - ALL OTHERS', 'VEGETABLES ALL OTHER'), 'crate');
  assert.equal(drawn('PRODUCE', 'TROPICAL FRUIT', 'TROPICAL FRUIT - OTHER'), 'crate');
});

test('every drawing is there, in the form that is asked for', () => {
  const all = allArt();
  assert.ok(all.length > 100);
  for (const art of all) {
    assert.ok(existsSync(file(art)), art);
    const [, form] = art.split(':');
    if (form === undefined) continue;
    const svg = readFileSync(file(art), 'utf8');
    const colours = /data-colour1="([^"]*)"/.exec(svg)?.[1]?.split(' ').length ?? 0;
    const variants = Number(/data-variant="[^"]*\/(\d+)"/.exec(svg)?.[1] ?? 0);
    assert.ok(Number(form) < Math.max(colours, variants), art);
  }
});
