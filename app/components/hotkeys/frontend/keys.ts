// What keys a keyboard event stands for, in one spelling: `mod+shift+z`, `alt+arrowleft`, `?`.

export function isMac(platform = navigator.platform): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

export function pressed(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
  mac = isMac(),
): string {
  const parts: string[] = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push('mod');
  if (mac && event.ctrlKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  const key = event.key.toLowerCase();
  // A sign that needs Shift on some keyboards, such as `?`, is named by itself.
  if (event.shiftKey && (key.length > 1 || /\p{L}|\d/u.test(key))) parts.push('shift');
  return [...parts, key === ' ' ? 'space' : key].join('+');
}
