// Cards of `<vicino-rail>`: copies of a template with values filled in, none of which can become code.
import { ID } from './impressions.js';

/** Values for `{{name}}` in a template, by name; `id`, `category`, `score` and `text` are always there. */
export type ItemData = Readonly<Record<string, unknown>>;

/** Selector of elements that can have the focus. */
export const INNER = 'a[href],button,[tabindex]';

/** A name to fill in: `{{name}}`, or `[[name]]` where a server's own templates take the braces. */
const PLACE = /{{\s*(\w+)\s*}}|\[\[\s*(\w+)\s*\]\]/g;
/** Elements that are code, load code or change the attributes of others. */
const CODE_ELEMENT =
  /^(script|style|template|noscript|object|embed|applet|param|base|meta|link|set|animate\w*|handler|listener)$/i;
/** Names of attributes that can be filled in; other characters mark expressions of frameworks, as in `@click`. */
const PLAIN_ATTRIBUTE = /^(xlink:|xml:)?[a-z][\w-]*$/i;
/** Attributes that are code, or expressions of Alpine, AngularJS, htmx and Vue. */
const CODE_ATTRIBUTE = /^(on|srcdoc$|style$|is$|nonce$|integrity$|(data-)?(x|v|ng|hx)-)/i;
/** Attributes with an address, and those from which scripts usually take one. */
const ADDRESS =
  /(href|src|srcset|ur[il])$|(^|-)(action|formaction|poster|cite|ping|background|longdesc|codebase|classid|archive)$/i;
/** Attributes with several addresses. */
const ADDRESSES = /(srcset|ping|archive)$/i;
/** Schemes of addresses that run nothing. */
const SCHEME = /^(https?|mailto|tel|sms):$/i;

/** Tests an address; one without a scheme, which belongs to the page's own site, is safe. */
function isSafe(address: string): boolean {
  // Browsers skip blanks and control characters.
  const [scheme] = address.replace(/[^!-\uffff]/g, '').match(/^[a-z][a-z\d+.-]*:/i) ?? [];
  return !scheme || SCHEME.test(scheme);
}

const holdsPlace = (text: string) => text.search(PLACE) >= 0;

/** Returns the element of a template; some frameworks put it beside the template's content. */
export const firstElement = (template: HTMLTemplateElement): Element | null =>
  template.content.firstElementChild ?? template.firstElementChild;

/**
 * Makes the card of an item: a copy of the template's first element with `{{name}}` filled in; values inside a longer
 * address are escaped. What would make code of a value is left out.
 */
export function makeCard(template: HTMLTemplateElement, id: string, values: ItemData): Element {
  let card = firstElement(template)?.cloneNode(true) as Element;
  /** Fills in a text; values behind what `isEscaped` finds are escaped for an address. */
  const put = (text: string, isEscaped?: RegExp) =>
    text.replace(PLACE, (_, braces, brackets, at) => {
      const name = braces ?? brackets;
      const value = Object.hasOwn(values, name) ? String(values[name] ?? '') : '';
      return isEscaped?.test(text.slice(0, at)) ? encodeURIComponent(value) : value;
    });
  const nodes = document.createTreeWalker(card, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node: Node | null = card; node; node = nodes.nextNode()) {
    if (node instanceof Text) {
      const isCode = CODE_ELEMENT.test(node.parentElement?.localName ?? '');
      if (holdsPlace(node.data)) node.data = isCode ? '' : put(node.data);
      continue;
    }
    const element = node as Element;
    const isCode = CODE_ELEMENT.test(element.localName);
    for (const attribute of [...element.attributes]) {
      const { name, value } = attribute;
      if (!holdsPlace(value)) continue;
      const isAddress = ADDRESS.test(name);
      const isList = ADDRESSES.test(name);
      const filled = put(value, isAddress ? (isList ? /[^\s,]$/ : /\S/) : undefined);
      const addresses = isList ? filled.split(/[\s,]+/) : [filled];
      if (
        isCode ||
        !PLAIN_ATTRIBUTE.test(name) ||
        CODE_ATTRIBUTE.test(name) ||
        (isAddress && !addresses.every(isSafe))
      ) {
        element.removeAttributeNode(attribute);
      } else {
        attribute.value = filled;
      }
    }
  }
  if (card.matches(INNER)) {
    const around = document.createElement('div');
    around.append(card);
    card = around;
  }
  // Not a value, which the shop's data may have replaced: clicks and impressions count for it.
  card.setAttribute(ID, id);
  return card;
}
