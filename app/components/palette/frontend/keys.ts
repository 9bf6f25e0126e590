// Keys as a person knows them: "mod+shift+z" is Ctrl+Shift+Z, on a Mac ⇧⌘Z.

import { isMac } from '../../hotkeys/frontend/keys';

const NAMES: Record<string, string> = {
  mod: 'Ctrl', ctrl: 'Ctrl', alt: 'Alt', shift: 'Shift', enter: 'Enter', escape: 'Esc', space: 'Space',
  arrowleft: '←', arrowright: '→', arrowup: '↑', arrowdown: '↓', pageup: 'Page up', pagedown: 'Page down', delete: 'Del',
}; // prettier-ignore
const MAC: Record<string, string> = { mod: '⌘', ctrl: '⌃', alt: '⌥', shift: '⇧', enter: '↩' };

export function shown(keys: string, mac = isMac()): string {
  return keys.split(' ').map((chord) => one(chord, mac)).join(' ');
}

function one(chord: string, mac: boolean): string {
  const parts = chord === '+' ? ['+'] : chord.split('+');
  const names = parts.map((part) => (mac ? MAC[part] : undefined) ?? NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1)));
  return names.join(mac ? '' : '+');
}
