// Which keys were meant: one chord such as "mod+s", or a sequence such as "g s".

export const PAUSE_MS = 1_000;

/** Whether a chord writes something when a person types. */
export function writes(chord: string): boolean {
  return !/^(mod|ctrl|alt)\+/.test(chord) && !/^(shift\+)?(f\d+|escape)$/.test(chord);
}

export function listener(now: () => number = () => performance.now()) {
  let begun = '';
  let last = -Infinity;
  return {
    /** The keys that were completed, null if a sequence may begin or go on here, undefined if nothing was meant. */
    press(chord: string, known: readonly string[], typing: boolean): string | null | undefined {
      if (typing && writes(chord)) {
        begun = '';
        return undefined;
      }
      const sequence = begun && now() - last < PAUSE_MS ? `${begun} ${chord}` : chord;
      last = now();
      for (const tried of new Set([sequence, chord])) {
        if (known.includes(tried)) {
          begun = '';
          return tried;
        }
        if (known.some((one) => one.startsWith(`${tried} `))) {
          begun = tried;
          return null;
        }
      }
      begun = '';
      return undefined;
    },
  };
}
