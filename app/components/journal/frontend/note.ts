// A text that is too long to be kept is said at its field, for as long as it is.

import { fieldOf } from './fields';

export function tooLongNote(): (key: string, why: string) => void {
  const note = document.getElementById('bestand-too-long');
  const refused = new Set<string>();
  return (key, why) => {
    if (why === 'size') refused.add(key);
    else refused.delete(key);
    const field = [...refused].map(fieldOf).find((one) => one !== undefined);
    if (!note) return;
    note.hidden = refused.size === 0;
    // Below the field; where that is not to be seen (an editor of our own), above the status bar.
    const box = field?.getBoundingClientRect();
    note.style.left = `${box?.left ?? 16}px`;
    note.style.top = box ? `${Math.min(box.bottom + 2, window.innerHeight - 60)}px` : 'auto';
    note.style.bottom = box ? 'auto' : '36px';
  };
}
