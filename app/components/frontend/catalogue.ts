// What can be named in a question: the datasets with their columns, and the words of the engine. Both are fetched once
// for all components of the page and asked for again only when Python says that they changed.

export interface Dataset {
  name: string;
  rows: number;
  /** Name and SQL type of each column. */
  columns: readonly (readonly [string, string])[];
}

export interface Words {
  /** Words that cannot be a name without quotes, in lower case. */
  reserved: readonly string[];
  keywords: readonly string[];
  types: readonly string[];
  /** Name, parameters and description of each function a question may use. */
  functions: readonly (readonly [string, string, string])[];
}

export const NO_WORDS: Words = { reserved: [], keywords: [], types: [], functions: [] };

const asked = new Map<string, { mark: string; answer: Promise<unknown> }>();

/** Return what a route says; `mark` changes when its answer does. A failure is forgotten, so the next call asks again. */
export function fetched<T>(route: string, mark: string): Promise<T> {
  const known = asked.get(route);
  if (known?.mark === mark) return known.answer as Promise<T>;
  const answer = fetch(new URL(route, location.origin)).then((response) => {
    if (!response.ok) throw new Error(`${route}: ${response.status}`);
    return response.json() as Promise<T>;
  });
  asked.set(route, { mark, answer });
  answer.catch(() => {
    if (asked.get(route)?.answer === answer) asked.delete(route);
  });
  return answer;
}

/** Said by the rail when a name was chosen, heard by the editor. */
export const INSERT = 'bestand:insert';
