// The SQL editor: CodeMirror 6, the names of the datasets, the statement under the caret, and the line below it.
//
// The text belongs to the browser. Python's text replaces it only when its number is higher; going up it is sent with
// a run, when the focus leaves, and a moment after the last key, never while somebody is in the middle of a word.

import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, forEachDiagnostic, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Annotation, ChangeSet, Compartment, EditorState, Prec } from '@codemirror/state';
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, placeholder, rectangularSelection,
  type ViewUpdate,
} from '@codemirror/view';
import { fetched, INSERT, NO_WORDS, type Dataset, type Words } from '../../frontend/catalogue';
import { define, style, type Outlet, type Root } from '../../frontend/component';
import { DO } from '../../frontend/here';
import { differs, journal } from '../../frontend/journal';
import { Bar, type Labels } from './bar';
import { completions } from './complete';
import { dialectOf } from './dialect';
import { type Draft, nextSeq, windowDrafts } from './drafts';
import { laidOut } from './layout';
import { look } from './look';
import { presentStatement, statementsOf } from './marks';
import { written } from './names';
import type { Known } from './offers';
import { type Other, Others, type Words as OtherWords } from './others';
import { offsetOf, spanOf } from './places';
import { parameters, type Statement, statementAt, tokens } from './scan';
import css from './style.css?inline';

/** Why the last run gave no answer, at a place within the statement that was run; lines and columns from 1. */
interface Told {
  run: number;
  line: number | null;
  column: number | null;
  message: string;
  wrong: string | null;
  nearest: string | null;
}

interface Data {
  field: string;
  text: string;
  seq: number;
  /** The values of the question's names, as they were typed when the window was closed. */
  parameters: Record<string, string>;
  routes: { catalogue: string; words: string };
  /** Changes when the catalogue did. */
  mark: string;
  /** How long a question runs by now. */
  running_ms: number | null;
  told: Told | null;
  /** A statement to add, such as an earlier one; each number once. */
  add: { seq: number; sql: string } | null;
  /** What other windows have here. */
  others: Other[];
  labels: Labels & OtherWords;
}

const SETTLED_MS = 700;
const LEAVING_MS = 2000; // so long after Escape Tab leaves the editor
const FromPython = Annotation.define<boolean>();

export default define<Data>((root, outlet) => new Editor(root, outlet));

class Editor {
  private readonly whole = document.createElement('div');
  private readonly host = document.createElement('div');
  private readonly help = document.createElement('p');
  private readonly bar: Bar;
  private readonly others: Others;
  private readonly language = new Compartment();
  private readonly watch = new ResizeObserver(() => this.measure());
  private view: EditorView | undefined;
  private data!: Data;
  private draft: Draft = { text: '', seq: 0, anchor: 0, head: 0, scroll: 0, added: 0, parameters: {} };
  private known: Known = { datasets: [], words: NO_WORDS, reserved: new Set() };
  private sent = 0;
  private settling: number | undefined;
  /** The changes since the last run, and where its statement began. */
  private run = { number: 0, from: 0, sql: '', since: ChangeSet.empty(0) };
  private shown = '';
  private asked = '';

  constructor(root: Root, private readonly outlet: Outlet) {
    style(root, css);
    this.bar = new Bar({
      run: () => this.start(),
      stop: () => outlet.trigger('stop', { run: this.run.number }),
      layout: () => void this.layOut(),
      parameter: (name, value) => {
        this.draft.parameters[name] = value;
        this.keep();
        this.journal();
      },
    });
    this.others = new Others({
      take: (other) => this.takeOver(other),
      stay: (seq) => {
        this.compare();
        outlet.trigger('stay', { seq, text: this.draft.text, text_seq: this.draft.seq, parameters: this.draft.parameters });
        this.view?.focus();
      },
    });
    this.whole.className = 'whole';
    this.host.className = 'text';
    this.help.className = 'hidden';
    this.help.id = 'help';
    this.whole.append(this.host, this.help, this.others.element, this.bar.element);
    root.appendChild(this.whole);
    document.addEventListener(INSERT, this.insert);
    document.addEventListener(DO, this.act);
    window.addEventListener('pagehide', this.leave);
  }

  update(data: Data): void {
    const first = !this.view;
    this.data = data;
    if (first) this.begin();
    else if (data.seq > this.draft.seq) this.replace(data.text, data.seq);
    this.bar.label(data.labels);
    this.bar.running(data.running_ms);
    this.others.know(data.others, data.labels);
    this.compare();
    this.addAsked();
    this.tell();
    this.learn();
    this.present();
  }

  destroy(): void {
    this.leave();
    document.removeEventListener(INSERT, this.insert);
    document.removeEventListener(DO, this.act);
    window.removeEventListener('pagehide', this.leave);
    this.watch.disconnect();
    window.clearTimeout(this.settling);
    this.bar.destroy();
    this.view?.destroy();
    this.whole.remove();
  }

  /** Do what was chosen by its keys anywhere on the page, or in the palette. */
  private readonly act = (event: Event): void => {
    const what = (event as CustomEvent<string>).detail;
    if (what === 'sql.run') this.start();
    else if (what === 'sql.layout') void this.layOut();
  };

  // ---- the text ---------------------------------------------------------------------------------------------

  private begin(): void {
    const kept = windowDrafts.load(this.data.field);
    const mine = kept !== undefined && kept.seq >= this.data.seq;
    this.draft.parameters = { ...this.data.parameters };
    if (kept) this.draft = { ...this.draft, ...kept };
    if (!mine) this.draft = { ...this.draft, text: this.data.text, seq: this.data.seq, anchor: 0, head: 0, scroll: 0 };
    this.sent = this.data.seq;
    const length = this.draft.text.length;
    this.view = new EditorView({
      parent: this.host,
      state: EditorState.create({
        doc: this.draft.text,
        selection: { anchor: Math.min(this.draft.anchor, length), head: Math.min(this.draft.head, length) },
        extensions: this.extensions(),
      }),
    });
    const { scroll } = this.draft;
    const shown = this.view;
    if (scroll) requestAnimationFrame(() => shown.scrollDOM.scrollTo({ top: scroll }));
    this.measure();
    this.watch.observe(this.host); // built while it was hidden, it is measured when it is shown
    if (this.draft.seq > this.sent) this.settle();
  }

  /** Measure before the first paint: by itself it would a frame later, and the line numbers would jump by then. */
  private measure(): void {
    this.view?.requestMeasure();
    this.view?.coordsAtPos(0);
  }

  private extensions() {
    const { labels } = this.data;
    return [
      lineNumbers(), history(), drawSelection(), rectangularSelection(), highlightActiveLine(), highlightActiveLineGutter(),
      bracketMatching(), closeBrackets(), indentOnInput(), indentUnit.of('  '), highlightSelectionMatches(),
      EditorState.allowMultipleSelections.of(true), EditorState.tabSize.of(2), EditorView.lineWrapping,
      autocompletion({
        override: [completions(() => this.known)], maxRenderedOptions: 60, icons: false, defaultKeymap: false,
      }),
      this.language.of(dialectOf(NO_WORDS).extension),
      look(), presentStatement(), placeholder(labels.placeholder),
      EditorView.contentAttributes.of({ 'aria-label': labels.editor, 'aria-describedby': 'help', spellcheck: 'false' }),
      Prec.highest(
        keymap.of([
          { key: 'Mod-Enter', run: () => this.start(), stopPropagation: true, preventDefault: true },
          { key: 'Shift-Alt-f', run: () => (void this.layOut(), true), preventDefault: true },
          { key: 'Tab', run: acceptCompletion },
          { key: 'Escape', run: (view) => (view.setTabFocusMode(LEAVING_MS), closeCompletion(view)) },
          ...completionKeymap,
        ]),
      ),
      keymap.of([
        ...closeBracketsKeymap, ...historyKeymap, ...searchKeymap, indentWithTab, ...defaultKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          this.run.since = this.run.since.compose(update.changes);
          this.forgetMended(update);
          if (!update.transactions.some((one) => one.annotation(FromPython))) this.changed();
        } else if (update.selectionSet) this.keep();
        if (update.docChanged || update.selectionSet) this.present();
        if (update.focusChanged && !update.view.hasFocus) this.send();
      }),
    ];
  }

  private changed(): void {
    this.draft.seq = nextSeq(this.draft.seq);
    this.keep();
    this.journal();
    this.settle();
    this.compare();
  }

  /** Show what other windows have, as far as it is something else, and have the status line say so. */
  private compare(): void {
    differs(this.data.field, this.others.compare(this.draft.text, this.draft.parameters));
  }

  /** Take over what another window has; undo brings back what was here. */
  private takeOver({ text, parameters }: Other): void {
    const view = this.view;
    if (!view) return;
    this.draft.parameters = { ...parameters };
    this.bar.forget();
    view.dispatch({ changes: difference(view.state.doc.toString(), text), userEvent: 'input.other' });
    this.changed(); // also where only the values of its names differ
    this.send();
    this.present();
    view.focus();
  }

  /** Have the text kept whatever ends: this page, the browser, the engine. */
  private journal(): void {
    const { text, seq, parameters } = this.draft;
    journal(this.data.field, { text, seq, parameters });
  }

  /** Note text, caret and scroll where they outlive this page. */
  private keep(): void {
    const view = this.view;
    if (!view) return;
    const { anchor, head } = view.state.selection.main;
    Object.assign(this.draft, { text: view.state.doc.toString(), anchor, head, scroll: view.scrollDOM.scrollTop });
    windowDrafts.onText(this.data.field, this.draft);
  }

  private settle(): void {
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => this.send(), SETTLED_MS);
  }

  /** Tell Python the text, if it is newer than what Python has. */
  private send(): void {
    window.clearTimeout(this.settling);
    if (this.draft.seq <= this.sent) return;
    this.sent = this.draft.seq;
    this.outlet.trigger('text', { text: this.draft.text, seq: this.draft.seq, statement: this.chosen()?.sql ?? '' });
  }

  private readonly leave = (): void => {
    this.keep();
  };

  /** Put Python's text in place of ours: what is the same at both ends stays, and with it caret and undo. */
  private replace(text: string, seq: number): void {
    const view = this.view;
    if (!view) return;
    this.draft.seq = this.sent = seq;
    view.dispatch({ changes: difference(view.state.doc.toString(), text), annotations: FromPython.of(true) });
    this.keep();
  }

  /** Add the statement Python asked for behind ours, and go there. */
  private addAsked(): void {
    const { add } = this.data;
    const view = this.view;
    if (!view || !add || add.seq <= this.draft.added) return;
    this.draft.added = add.seq;
    const found = statementsOf(view.state.doc);
    const last = found.at(-1);
    const doc = view.state.doc;
    const open = last && last.tokens.at(-1)?.kind !== 'end';
    const bare = doc.toString().trimEnd().length;
    const before = last ? `${open ? ';' : ''}\n\n` : '';
    const from = last ? bare : 0;
    view.dispatch({
      changes: { from, to: doc.length, insert: before + add.sql },
      selection: { anchor: from + before.length + add.sql.length },
      scrollIntoView: true,
      userEvent: 'input',
    });
    view.focus();
  }

  private readonly insert = (event: Event): void => {
    const view = this.view;
    const name = (event as CustomEvent<{ name: string }>).detail.name;
    if (!view || !this.host.offsetParent) return;
    const range = view.state.selection.main;
    const before = view.state.sliceDoc(Math.max(range.from - 1, 0), range.from);
    const insert = (/[\p{L}\p{N}_"]/u.test(before) ? ' ' : '') + written(name, this.known.reserved);
    view.dispatch({
      changes: { from: range.from, to: range.to, insert },
      selection: { anchor: range.from + insert.length },
      scrollIntoView: true,
      userEvent: 'input',
    });
    view.focus();
  };

  // ---- running ----------------------------------------------------------------------------------------------

  /** Return what Ctrl+Enter runs: what is selected, else the statement under the caret. */
  private chosen(): { from: number; sql: string; found: Statement } | undefined {
    const view = this.view;
    if (!view) return undefined;
    const { from, to, empty, head } = view.state.selection.main;
    if (!empty) {
      const sql = view.state.sliceDoc(from, to);
      const inside = tokens(sql);
      if (inside.some((token) => token.kind !== 'end')) return { from, sql, found: { from: 0, to: sql.length, tokens: inside } };
    }
    const statement = statementAt(statementsOf(view.state.doc), head);
    if (!statement) return undefined;
    const sql = view.state.sliceDoc(statement.from, statement.to);
    return { from: statement.from, sql, found: { from: 0, to: sql.length, tokens: tokens(sql) } };
  }

  private start(): boolean {
    const chosen = this.chosen();
    const view = this.view;
    if (!chosen || !view) return true;
    const names = parameters(chosen.sql, chosen.found.tokens);
    this.run = { number: this.run.number + 1, from: chosen.from, sql: chosen.sql, since: ChangeSet.empty(view.state.doc.length) };
    window.clearTimeout(this.settling);
    this.sent = this.draft.seq;
    const line = view.state.doc.lineAt(chosen.from);
    this.outlet.trigger('run', {
      run: this.run.number,
      sql: chosen.sql,
      line: line.number,
      column: [...view.state.sliceDoc(line.from, chosen.from)].length + 1,
      text: this.draft.text,
      seq: this.draft.seq,
      parameters: Object.fromEntries(names.map((name) => [name, this.draft.parameters[name] ?? ''])),
    });
    closeCompletion(view);
    view.dispatch(setDiagnostics(view.state, []));
    return true;
  }

  /** Underline where the last run went wrong, wherever that place is by now. */
  private tell(): void {
    const { told } = this.data;
    const key = JSON.stringify(told);
    const view = this.view;
    if (!view || key === this.shown) return;
    this.shown = key;
    const diagnostic = told && told.run === this.run.number ? this.diagnostic(told) : undefined;
    view.dispatch(setDiagnostics(view.state, diagnostic ? [diagnostic] : []));
  }

  /** A mistake somebody works on is no longer marked. */
  private forgetMended(update: ViewUpdate): void {
    let touched = false;
    forEachDiagnostic(update.startState, (_diagnostic, from, to) => {
      if (update.changes.touchesRange(from, to)) touched = true;
    });
    if (touched) queueMicrotask(() => update.view.dispatch(setDiagnostics(update.view.state, [])));
  }

  private diagnostic(told: Told): Diagnostic | undefined {
    if (told.line === null) return undefined;
    const { sql, from, since } = this.run;
    const span = spanOf(sql, tokens(sql), offsetOf(sql, told.line, told.column ?? 1), told.wrong);
    const at = { from: since.mapPos(from + span.from, 1), to: since.mapPos(from + span.to, -1) };
    if (at.from >= at.to) return undefined;
    const nearest = told.nearest;
    const action = nearest && {
      name: this.data.labels.instead.replace('{name}', nearest),
      apply: (view: EditorView, start: number, end: number): void =>
        view.dispatch({ changes: { from: start, to: end, insert: written(nearest, this.known.reserved) }, userEvent: 'input' }),
    };
    return { ...at, severity: 'error', message: told.message, ...(action ? { actions: [action] } : {}) };
  }

  private async layOut(): Promise<void> {
    const view = this.view;
    const chosen = this.chosen();
    if (!view || !chosen) return;
    const before = view.state.doc;
    try {
      const text = await laidOut(chosen.sql);
      if (view.state.doc !== before) return;
      const change = difference(chosen.sql, text);
      view.dispatch({
        changes: { from: chosen.from + change.from, to: chosen.from + change.to, insert: change.insert },
        userEvent: 'input.layout',
      });
      this.bar.say('');
    } catch {
      this.bar.say(this.data.labels.not_laid_out);
    }
    view.focus();
  }

  // ---- what is around the text -------------------------------------------------------------------------------

  /** Say which statement would run, and ask for its parameters. */
  private present(): void {
    const view = this.view;
    if (!view) return;
    this.help.textContent = this.data.labels.leave;
    const found = statementsOf(view.state.doc);
    const present = statementAt(found, view.state.selection.main.head);
    this.bar.ask(present ? parameters(view.state.doc.toString(), present.tokens) : [], this.draft.parameters);
    const number = present ? found.indexOf(present) + 1 : 0;
    const which = this.data.labels.which.replace('{number}', String(number)).replace('{count}', String(found.length));
    this.bar.say(found.length > 1 ? which : this.data.labels.keys);
  }

  /** Fetch the names and words that are not known yet. */
  private learn(): void {
    const { routes, mark } = this.data;
    if (mark === this.asked) return;
    this.asked = mark;
    fetched<{ datasets: Dataset[] }>(routes.catalogue, mark).then(
      ({ datasets }) => {
        this.known = { ...this.known, datasets };
      },
      () => {
        this.asked = '';
      },
    );
    fetched<Words>(routes.words, '').then(
      (words) => {
        if (this.known.words === words) return;
        this.known = { ...this.known, words, reserved: new Set(words.reserved) };
        this.view?.dispatch({ effects: this.language.reconfigure(dialectOf(words).extension) });
      },
      () => undefined, // without the words there is less colour and no completion of functions
    );
  }
}

/** Return the smallest change that makes one text the other. */
function difference(one: string, other: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(one.length, other.length);
  let head = 0;
  while (head < shorter && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail += 1;
  return { from: head, to: one.length - tail, insert: other.slice(head, other.length - tail) };
}
