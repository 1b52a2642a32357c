// The report that training writes. A missing part is left out of the page; a file that is not a report is an error.

export interface Report {
  data: {
    num_events: number;
    num_sessions: number;
    num_shoppers: number;
    num_items: number;
    newest_event_ms: number;
  };
  popularity_curve: { rank: number; events: number; share: number }[];
  session_lengths: { length: number; sessions: number }[];
  cleaning: { reason: string; rows: number }[];
  columns: { field: string; column: string }[];
  hyperparameters: Record<string, unknown>;
  measurements: Record<string, unknown>;
  model: Record<string, unknown>;
}

/** Fetches and checks the report. */
export async function loadReport(url: string): Promise<Report> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The report ${url} answered HTTP ${response.status}.`);
  let file: Partial<Report> | null;
  try {
    file = (await response.json()) as Partial<Report> | null;
  } catch {
    throw new Error(`${url} is not a report: it is not JSON.`);
  }
  if (
    !file?.data ||
    !Array.isArray(file.popularity_curve) ||
    !Array.isArray(file.session_lengths)
  ) {
    throw new Error(
      `${url} is not a report: it has no data, popularity_curve and session_lengths.`,
    );
  }
  return {
    data: file.data,
    popularity_curve: file.popularity_curve,
    session_lengths: file.session_lengths,
    cleaning: file.cleaning ?? [],
    columns: file.columns ?? [],
    hyperparameters: file.hyperparameters ?? {},
    measurements: file.measurements ?? {},
    model: file.model ?? {},
  };
}
