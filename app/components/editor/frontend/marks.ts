// The statement the caret is in, found once per text and marked at its lines when there is more than one.

import { type Extension, RangeSetBuilder, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type Statement, statementAt, statements } from './scan';

const known = new WeakMap<Text, Statement[]>();

/** Return the statements of a text; asked twice, they are found once. */
export function statementsOf(doc: Text): Statement[] {
  const kept = known.get(doc);
  if (kept) return kept;
  const found = statements(doc.toString());
  known.set(doc, found);
  return found;
}

const line = Decoration.line({ class: 'cm-present-statement' });

/** Return what marks the lines of the present statement. */
export function presentStatement(): Extension {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = decorate(view);
      }

      update(update: ViewUpdate): void {
        if (update.docChanged || update.selectionSet || update.viewportChanged) this.decorations = decorate(update.view);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const found = statementsOf(view.state.doc);
  const present = found.length > 1 ? statementAt(found, view.state.selection.main.head) : undefined;
  if (present) {
    const from = Math.max(present.from, view.viewport.from);
    const to = Math.min(present.to, view.viewport.to);
    for (let at = from; at <= to; ) {
      const shown = view.state.doc.lineAt(at);
      builder.add(shown.from, shown.from, line);
      at = shown.to + 1;
    }
  }
  return builder.finish();
}
