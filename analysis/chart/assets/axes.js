// How an exported chart writes the numbers and times at its axes: as on the screen of the person who exported it.
// The engine that draws the svg knows no languages, so a language's signs and months come along as `words`.
function written(option, words) {
  'use strict';
  function number(value) {
    var text = String(Number(Number(value).toPrecision(12)));
    if (text.indexOf('e') >= 0) { return text.replace('.', words.decimal); }
    var parts = text.split('.');
    var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, words.group);
    return parts.length > 1 ? whole + words.decimal + parts[1] : whole;
  }
  function two(value) { return (value < 10 ? '0' : '') + value; }
  function time(value) {
    var at = new Date(value);
    var clock = two(at.getHours()) + ':' + two(at.getMinutes());
    if (at.getSeconds() || at.getMilliseconds()) { return clock + ':' + two(at.getSeconds()); }
    if (at.getHours() || at.getMinutes()) { return clock; }
    var month = words.months[at.getMonth()];
    if (at.getDate() !== 1) { return words.day.replace('{day}', at.getDate()).replace('{month}', month); }
    return at.getMonth() ? month : String(at.getFullYear());
  }
  function axes(name) {
    [].concat(option[name] || []).forEach(function (axis) {
      var formatter = { value: number, time: time }[axis.type];
      if (formatter) { axis.axisLabel = Object.assign({}, axis.axisLabel, { formatter: formatter }); }
    });
  }
  axes('xAxis');
  axes('yAxis');
  option.tooltip = Object.assign({}, option.tooltip, {
    valueFormatter: function (value) { return typeof value === 'number' ? number(value) : value == null ? '\u2013' : String(value); }
  });
  return option;
}
