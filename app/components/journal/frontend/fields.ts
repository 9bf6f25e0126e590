// Which field a person types in. Streamlit puts a widget's key into a class of its place; only native one-line and
// many-line texts are watched here, and never what is secret.

const PREFIX = 'st-key-';
const SECRET = 'secret_';
const PLACE = '[data-testid="stElementContainer"]';
const TEXT = '[data-testid="stTextInput"], [data-testid="stTextArea"]';

export type Field = HTMLInputElement | HTMLTextAreaElement;

export function isField(target: EventTarget | null): target is Field {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** The key of the field, or nothing if it is not one whose text is kept. */
export function keyOf(field: Field): string | undefined {
  if (field instanceof HTMLInputElement && field.type !== 'text') return undefined;
  if (!field.closest(TEXT)) return undefined;
  const key = [...(field.closest(PLACE)?.classList ?? [])].find((name) => name.startsWith(PREFIX))?.slice(PREFIX.length);
  return key === undefined || isSecret(key) ? undefined : key;
}

export function isSecret(key: string): boolean {
  return key.startsWith(SECRET);
}

/** The field with a key, if it is on the screen. */
export function fieldOf(key: string): Field | undefined {
  const field = document.querySelector(`.${CSS.escape(PREFIX + key)} :is(input, textarea)`);
  return isField(field) ? field : undefined;
}

/** What is typed where, told as it happens. Listens before anything on the page, which may stop the event. */
export function watchFields(typed: (key: string, value: string) => void): void {
  window.addEventListener(
    'input',
    (event) => {
      if (!isField(event.target)) return;
      const key = keyOf(event.target);
      if (key !== undefined) typed(key, event.target.value);
    },
    { capture: true },
  );
}
