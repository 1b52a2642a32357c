// The report of training, and the exploration of the log that it read. A missing part is left out of the page; a file
// that is not what it should be is an error.
import type { Exploration } from './explored';
import type { Feed, Reading } from './reading';

export interface Report {
  data: { num_events: number; num_items: number; newest_event_ms: number };
  hyperparameters: Record<string, unknown>;
  measurements: Record<string, unknown>;
  model: Record<string, unknown>;
}

/** The JSON of `vicino explore`. */
export interface SampleLog extends Exploration {
  reading: Reading;
  catalog: Feed | null;
}

/** Fetches and checks the report of training. */
export async function loadReport(url: string): Promise<Report> {
  const file = await load<Report>(url, 'report');
  if (!file?.data) throw new Error(`${url} is not a report: it has no data.`);
  return {
    data: file.data,
    hyperparameters: file.hyperparameters ?? {},
    measurements: file.measurements ?? {},
    model: file.model ?? {},
  };
}

/** Fetches and checks the exploration of the log. */
export async function loadLog(url: string): Promise<SampleLog> {
  const file = await load<SampleLog>(url, 'exploration');
  if (!file?.reading || !Array.isArray(file.figures)) {
    throw new Error(`${url} is not an exploration: it has no reading and figures.`);
  }
  return {
    reading: file.reading,
    catalog: file.catalog ?? null,
    figures: file.figures,
    findings: file.findings ?? [],
    missing: file.missing ?? [],
  };
}

async function load<T>(url: string, what: string): Promise<Partial<T> | null> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The ${what} ${url} answered HTTP ${response.status}.`);
  try {
    return (await response.json()) as Partial<T> | null;
  } catch {
    throw new Error(`${url} is no ${what}: it is not JSON.`);
  }
}
