// Opens the shop: first the catalogue, so that the shopper can look around; then the model, which loads meanwhile; then
// the offline copy. After that the network is not needed, and every request is counted.
import { Cart } from './cart';
import { loadCatalogue } from './catalogue';
import { CodeOnScreen } from './code';
import { byId, h, pause } from './dom';
import { Engine, openModel } from './engine';
import { NetworkCount } from './network';
import { keepOffline, type Offline } from './offline';
import { aislePage } from './pages/aisle';
import { cartPage } from './pages/cart';
import { home } from './pages/home';
import { lostPage } from './pages/lost';
import { productPage } from './pages/product';
import { searchPage } from './pages/search';
import { type Route, routeOf, to } from './router';
import { Search } from './search';
import { SettingsStore } from './settings';
import type { Page, Shop } from './shop';
import { consentBar } from './ui/consent';
import { drawer, type OpenDrawer } from './ui/drawer/drawer';
import { footer } from './ui/footer';
import { header } from './ui/header';
import { notices } from './ui/notice';

const main = byId('main');

async function open(): Promise<void> {
  const settings = new SettingsStore();
  const model = openModel(MODEL, settings);
  const catalogue = await loadCatalogue('./catalogue.json');
  await pause();
  const shop: Shop = {
    catalogue,
    settings,
    code: new CodeOnScreen(),
    engine: new Engine(catalogue, settings),
    cart: new Cart(catalogue),
    search: new Search(catalogue.products),
    network: new NetworkCount(),
    offline: 'waiting',
  };
  await show(shop);
  await loadModel(shop, model);
  setTimeout(() => shop.search.prepare(), 300);
}

const MODEL = './shop.vicino';

/** Outcome of making the offline copy. */
let copied: Promise<Offline> | undefined;

async function loadModel(shop: Shop, model = openModel(MODEL, shop.settings)): Promise<void> {
  await shop.engine.load(model);
  // What fails here is fetched when it is needed, and counted then.
  await shop.engine.prepare().catch(() => {});
  // The offline copy must not delay the model.
  copied ??= keepOffline();
  shop.offline = await copied;
  if (shop.engine.recommender && !shop.network.started) shop.network.start();
}

/** Builds the frame around the pages, and switches between them. */
async function show(shop: Shop): Promise<void> {
  const openDrawer = drawer(shop, byId('settings') as HTMLDialogElement);
  const frame = header(shop, byId('header'), { onSearch: search, openDrawer });
  // The options of the history are set when it is opened.
  shop.settings.subscribe((changed) => {
    if (changed.has('historyDays') || changed.has('encrypt')) void shop.engine.reopen(MODEL);
  });
  notices(shop, byId('notice'), () => void loadModel(shop));

  let page: Page | undefined;
  const scrolled = new Map<string, number>();
  let address = location.hash;
  let followed = false;

  function turn(): void {
    scrolled.set(address, scrollY);
    address = location.hash;
    const route = routeOf(address);
    page?.leave?.();
    shop.code.clear();
    page = pageOf(shop, route, openDrawer);
    document.title = `${page.title} · Vicino Market`;
    main.replaceChildren(...page.content);
    frame.setQuery(route.page === 'search' ? route.query : '');
    frame.setAisle(route.page === 'aisle' ? route.aisle : undefined);
  }

  /** Updates the address while the shopper types; the focus stays in the search box. */
  function search(query: string): void {
    const target = query.trim() === '' ? to.home() : to.search(query);
    if (location.hash === target) return;
    const typing = routeOf(location.hash).page === 'search';
    history[typing ? 'replaceState' : 'pushState'](null, '', target);
    turn();
    scrollTo(0, 0);
  }

  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest('a');
    if (link?.classList.contains('skip')) {
      event.preventDefault();
      main.focus();
    }
    followed = link?.getAttribute('href')?.startsWith('#/') ?? false;
  });
  addEventListener('hashchange', () => {
    turn();
    const isFollowed = followed;
    followed = false;
    // In the next frame, so that its layout is not part of this task.
    requestAnimationFrame(() => {
      scrollTo(0, isFollowed ? 0 : (scrolled.get(location.hash) ?? 0));
      if (isFollowed) main.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
    });
  });
  history.scrollRestoration = 'manual';
  await pause();
  consentBar(shop);
  turn();
  // Not before there is something above it.
  footer(shop, byId('footer'), openDrawer);
}

function pageOf(shop: Shop, route: Route, openDrawer: OpenDrawer): Page {
  switch (route.page) {
    case 'home':
      return home(shop, () => openDrawer('lists'));
    case 'aisle': {
      const aisle = shop.catalogue.aisle(route.aisle);
      const shelf = aisle?.shelves.find(({ slug }) => slug === route.shelf);
      if (!aisle || (route.shelf && !shelf)) return lostPage(shop, 'There is no such department.');
      return aislePage(shop, aisle, shelf);
    }
    case 'product': {
      const product = shop.catalogue.get(route.id);
      return product
        ? productPage(shop, product)
        : lostPage(shop, `There is no product ${route.id}.`);
    }
    case 'search':
      return searchPage(shop, route.query);
    case 'cart':
      return cartPage(shop);
    case 'lost':
      return lostPage(shop, 'There is no such page.');
  }
}

/** Shows why there is no catalogue, without which there is no shop. */
function closed(error: unknown): void {
  main.replaceChildren(
    h(
      'div',
      { class: 'notice bad', role: 'alert' },
      h(
        'div',
        null,
        h('p', null, h('b', null, 'The shop has no catalogue.')),
        h(
          'p',
          null,
          `${error instanceof Error ? error.message : String(error)} Run \`npm start\`, which makes it from the sample data, then reload this page.`,
        ),
      ),
    ),
  );
}

open().catch(closed);
