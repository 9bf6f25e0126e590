// How the editor looks: the page's own colours and fonts, so that a change of theme needs nothing from us.

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const mix = (share: number): string => `color-mix(in srgb, var(--st-primary-color) ${share}%, transparent)`;

const frame = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--st-text-color)', backgroundColor: 'var(--st-background-color)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--st-code-font)', lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--st-text-color)', padding: '6px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--st-text-color)' },
  '.cm-gutters': {
    backgroundColor: 'var(--st-background-color)',
    color: 'color-mix(in srgb, var(--st-text-color) 62%, var(--st-background-color))',
    border: 'none',
  },
  '.cm-activeLine': { backgroundColor: mix(5) },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--st-text-color)' },
  '.cm-present-statement': { boxShadow: 'inset 2px 0 0 var(--st-primary-color)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: mix(26),
  },
  '.cm-selectionMatch': { backgroundColor: mix(14) },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: mix(24), outline: `1px solid ${mix(50)}` },
  '.cm-placeholder': { color: 'color-mix(in srgb, var(--st-text-color) 72%, var(--st-background-color))' },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--st-secondary-background-color)',
    color: 'var(--st-text-color)',
    border: '1px solid var(--st-border-color)',
    borderRadius: 'var(--st-base-radius)',
    fontFamily: 'var(--st-font)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--st-code-font)', maxHeight: '16em', minWidth: '220px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '2px 6px', lineHeight: '1.5' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: mix(22),
    color: 'var(--st-text-color)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.75', marginLeft: '1em', fontSize: '12px' },
  '.cm-diagnostic': { padding: '5px 9px', fontSize: '13px', maxWidth: '46em' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--st-red-color)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--bestand-filled, #0b5cad)',
    color: '#fff',
    borderRadius: 'var(--st-button-radius)',
    font: 'inherit',
    padding: '1px 8px',
  },
  '.cm-panel.cm-search': { fontSize: '12px' },
  '.cm-textfield': { backgroundColor: 'var(--st-background-color)', borderColor: 'var(--st-border-color)', color: 'inherit' },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--st-background-color)',
    borderColor: 'var(--st-border-color)',
    color: 'inherit',
    borderRadius: 'var(--st-button-radius)',
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--st-link-color)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--st-green-color)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--st-orange-text-color)' },
  {
    tag: [tags.lineComment, tags.blockComment],
    color: 'color-mix(in srgb, var(--st-text-color) 72%, var(--st-background-color))',
    fontStyle: 'italic',
  },
  { tag: tags.typeName, color: 'var(--st-violet-text-color)' },
  { tag: tags.standard(tags.name), color: 'var(--st-violet-text-color)' },
  { tag: tags.special(tags.name), color: 'var(--st-orange-text-color)', fontWeight: '600' },
]);

/** Return the editor's looks. */
export function look(): Extension {
  return [frame, syntaxHighlighting(colours)];
}
