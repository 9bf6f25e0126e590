// One question to the engine's data routes. A failure is an `Unanswered` with the engine's own sentence.

export class Unanswered extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

export async function ask<Answer>(what: string, body: object, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(new URL(`/data/${what}`, location.origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'same-origin',
    signal: signal ?? null,
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer as Answer;
  const told = (answer ?? {}) as { code?: string; message?: string; hint?: string };
  throw new Unanswered(response.status, told.code ?? 'unexpected', told.message ?? '', told.hint ?? '');
}

export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
