// What a run brings, in the order of its worth: the model with its downloads, the preview, the verdict, and what was
// found in the files.
import { h, pause } from '../dom';
import { failure, numbers, part } from '../eda/parts';
import { save } from '../eda/save';
import { bytes, count } from '../format';
import { command, type Effort } from './effort';
import { showFound } from './found';
import { type Preview, preview } from './preview';
import type { Products } from './products';
import { type ProgressView, progressView } from './progress';
import { snippet } from './snippet';
import type { EvaluateSummary, ExploreSummary } from './summary';
import { verdict } from './verdict';

/** A trained model and where it comes from. */
export interface Model {
  model: Uint8Array;
  products: Products;
  /** Why the products could not be listed. */
  problem: string | undefined;
  seconds: number;
  effort: Effort;
  logs: File[];
  feed: File | undefined;
  columns: Record<string, string>;
  showsPictures: boolean;
  module: WebAssembly.Module;
}

export interface Results {
  element: HTMLElement;
  measuring: ProgressView;
  clear(): void;
  showFound(summary: ExploreSummary, report: string): Promise<void>;
  showModel(model: Model): Promise<void>;
  /** The report of the model is there, a while after it. */
  showReport(report: string): void;
  showVerdict(summary: EvaluateSummary): void;
  showNoVerdict(text: string): void;
  /** Offers a longer search than that of the model; `undefined` takes the offer back. */
  offer(longer: Effort | undefined, onAccept?: () => void): void;
}

export function results(): Results {
  const places = {
    model: h('div', { id: 'model' }),
    preview: h('div', { id: 'preview-place' }),
    verdict: h('div', { id: 'verdict' }),
    found: h('div'),
  };
  const measuring = progressView('measuring', 'Progress of the comparison', 'Comparison: ');
  const reported = h(
    'button',
    { type: 'button', class: 'button quiet', id: 'save-report' },
    'Download report.html',
  );
  let report = '';
  reported.addEventListener('click', () =>
    save('report.html', new Blob([report], { type: 'text/html' })),
  );
  const offered = h('div', { id: 'further' });
  const element = h(
    'div',
    { id: 'results' },
    places.model,
    places.preview,
    measuring.element,
    places.verdict,
    places.found,
  );
  let shown: Preview | undefined;

  return {
    element,
    measuring,
    clear() {
      shown?.free();
      shown = undefined;
      for (const place of [...Object.values(places), offered]) place.replaceChildren();
    },
    showFound: (summary, report) => showFound(places.found, summary, report),
    async showModel(model) {
      // Without a preview there is still a model.
      const next = await preview(model).catch(String);
      shown?.free();
      shown = typeof next === 'string' ? undefined : next;
      const heading = h('h2', { id: 'model-title', tabindex: '-1' }, 'Your model');
      reported.disabled = true;
      reported.textContent = 'report.html is being made';
      places.model.replaceChildren(modelBox(heading, model, shown, reported, offered));
      await pause();
      places.preview.replaceChildren(
        typeof next === 'string' ? failure('There is no preview.', next) : next.element,
        model.problem ? failure('The products were not listed.', model.problem) : '',
      );
      await pause();
      heading.focus();
    },
    showReport(html) {
      report = html;
      reported.disabled = false;
      reported.textContent = 'Download report.html';
    },
    showVerdict: (summary) => places.verdict.replaceChildren(verdict(summary)),
    showNoVerdict: (text) =>
      places.verdict.replaceChildren(
        part(
          'Is it better than something simple?',
          'That could not be measured on this log; the model is not concerned.',
          failure('No comparison.', text),
        ),
      ),
    offer(longer, onAccept) {
      if (!longer) {
        offered.replaceChildren();
        return;
      }
      offered.replaceChildren(
        h(
          'p',
          null,
          'A longer search for the constants often makes it a little better. It runs in this tab while you look around.',
        ),
        h(
          'button',
          { type: 'button', class: 'button quiet', id: 'tune-further', onclick: onAccept },
          `Tune further: ${longer.name}`,
        ),
      );
    },
  };
}

function modelBox(
  heading: HTMLElement,
  { model, products, seconds, effort, logs, feed, columns }: Model,
  shown: Preview | undefined,
  reported: HTMLElement,
  offered: HTMLElement,
): HTMLElement {
  const about = shown?.about;
  const privacy = about?.privacy;
  const download = (id: string, name: string, kind: string, content: () => BlobPart): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: id === 'save-model' ? 'button' : 'button quiet',
        id,
        onclick: () => save(name, new Blob([content()], { type: kind })),
      },
      `Download ${name}`,
    );
  const examples = shown?.examples ?? products.all.slice(0, 20);
  return h(
    'section',
    { class: 'figure', 'aria-labelledby': 'model-title' },
    heading,
    h(
      'p',
      null,
      `Made in ${seconds.toFixed(seconds < 10 ? 1 : 0)} s on this device. `,
      privacy
        ? `A pair of products is in it only if ${privacy.minShoppers} or more ${privacy.byShopper ? 'shoppers' : 'sessions'} made it: ${count(privacy.pairsRemoved)} pairs of fewer were removed, and no shopper is in the file.`
        : '',
    ),
    numbers([
      ['size', bytes(model.length)],
      ...(about
        ? ([
            ['products', count(about.numItems)],
            ['links between them', count(about.numEdges)],
            ['events learnt from', count(about.numEvents)],
          ] as [string, string][])
        : []),
    ]),
    h(
      'p',
      { class: 'buttons' },
      download('save-model', 'shop.vicino', 'application/octet-stream', () => model as BlobPart),
      download('save-snippet', 'rails.html', 'text/html', () => snippet(examples)),
      reported,
    ),
    h(
      'p',
      null,
      'shop.vicino is the file that your pages load. rails.html is a page with the code for it and ids of yours. report.html has every figure of the training.',
    ),
    h('p', null, 'The same file, byte for byte, on the command line:'),
    h(
      'pre',
      { class: 'command', tabindex: '0', 'aria-label': 'Command that makes the same file' },
      h('code', { id: 'command' }, command(logs, feed, columns, effort)),
    ),
    offered,
  );
}
