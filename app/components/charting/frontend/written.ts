// How a language writes the numbers and times at the axes of a chart.

interface Axis {
  type?: string;
}

/** Return the part of an option that has the axes and the hovering note of a chart written in a language. */
export function written(option: Record<string, unknown>, locale: string): object {
  const number = numbers(locale);
  const time = times(locale);
  const axes = (name: string): object[] =>
    (Array.isArray(option[name]) ? (option[name] as Axis[]) : []).map((axis) => {
      if (axis.type === 'value') return { axisLabel: { formatter: number } };
      if (axis.type === 'time') return { axisLabel: { formatter: time } };
      return {};
    });
  const note = (value: unknown): string => (typeof value === 'number' ? number(value) : String(value ?? '–'));
  return { xAxis: axes('xAxis'), yAxis: axes('yAxis'), tooltip: { valueFormatter: note } };
}

export function numbers(locale: string): (value: number) => string {
  const format = new Intl.NumberFormat(locale, { maximumSignificantDigits: 12 });
  return (value) => format.format(value);
}

/** Years, months, days or times of day, whichever a moment is the beginning of; as ECharts, in local time. */
export function times(locale: string): (value: number) => string {
  const month = new Intl.DateTimeFormat(locale, { month: 'short' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false });
  const exact = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
  return (value) => {
    const at = new Date(value);
    if (at.getSeconds() || at.getMilliseconds()) return exact.format(at);
    if (at.getHours() || at.getMinutes()) return clock.format(at);
    if (at.getDate() !== 1) return day.format(at);
    return at.getMonth() ? month.format(at) : String(at.getFullYear());
  };
}
