// The line below the text: run or stop with the time that passes, values for `$name`, lay out, and what there is to say.

export interface Labels {
  editor: string;
  leave: string;
  placeholder: string;
  run: string;
  stop: string;
  layout: string;
  not_laid_out: string;
  which: string;
  value_of: string;
  instead: string;
  keys: string;
  gone: string;
}

export interface Acts {
  run(): void;
  stop(): void;
  layout(): void;
  parameter(name: string, value: string): void;
}

const TICK_MS = 100;

export class Bar {
  readonly element = document.createElement('div');
  private readonly main = button('main');
  private readonly word = document.createElement('span');
  private readonly time = document.createElement('span');
  private readonly form = document.createElement('span');
  private readonly said = document.createElement('span');
  private readonly lay = button('plain');
  private readonly acts: Acts;
  private labels: Labels | undefined;
  private since: number | null = null;
  private ticking: number | undefined;
  private shown = '';

  constructor(acts: Acts) {
    this.acts = acts;
    this.element.className = 'bar';
    this.time.className = 'time';
    this.time.ariaHidden = 'true';
    this.said.className = 'said';
    this.said.role = 'status';
    this.form.className = 'form';
    this.main.append(this.word, this.time);
    this.element.append(this.main, this.form, this.said, this.lay);
    this.main.addEventListener('click', () => (this.since === null ? acts.run() : acts.stop()));
    this.lay.addEventListener('click', () => acts.layout());
  }

  label(labels: Labels): void {
    this.labels = labels;
    this.lay.textContent = labels.layout;
    this.lay.title = 'Shift+Alt+F';
    this.draw();
  }

  /** Show that a question runs, for so many milliseconds by now; null that none does. */
  running(elapsed: number | null): void {
    if (elapsed === null) this.since = null;
    else if (this.since === null) this.since = performance.now() - elapsed;
    window.clearInterval(this.ticking);
    if (this.since !== null) this.ticking = window.setInterval(() => this.tick(), TICK_MS);
    this.draw();
  }

  get busy(): boolean {
    return this.since !== null;
  }

  say(text: string): void {
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  /** Show one field for each parameter; fields that stay keep what is typed in them. */
  ask(names: readonly string[], values: Readonly<Record<string, string>>): void {
    const key = names.join(' ');
    if (key === this.shown) return;
    this.shown = key;
    this.form.replaceChildren(...names.map((name) => this.field(name, values[name] ?? '')));
  }

  /** The values are others now: the fields are made anew when they are asked for next. */
  forget(): void {
    this.shown = '';
  }

  destroy(): void {
    window.clearInterval(this.ticking);
  }

  private field(name: string, value: string): HTMLElement {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.value = value;
    input.spellcheck = false;
    input.ariaLabel = (this.labels?.value_of ?? '{name}').replace('{name}', `$${name}`);
    input.addEventListener('input', () => this.acts.parameter(name, input.value));
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      this.acts.run();
    });
    label.append(`$${name}`, input);
    return label;
  }

  private draw(): void {
    const labels = this.labels;
    if (!labels) return;
    const busy = this.busy;
    this.word.textContent = busy ? labels.stop : labels.run;
    this.main.classList.toggle('busy', busy);
    this.main.title = busy ? '' : 'Ctrl+Enter';
    this.tick();
  }

  private tick(): void {
    this.time.textContent = this.since === null ? '' : duration((performance.now() - this.since) / 1000);
  }
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

function button(kind: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = kind;
  return made;
}
