// How every component hangs in the page. Streamlit calls a component's default export once when it appears and again
// whenever its data or the theme changes, and calls what the last call returned once, when it goes. `define` turns that
// into: make it once, tell it what is new, take it away.

import type { FrontendRendererArgs } from '@streamlit/component-v2-lib';

export type Root = FrontendRendererArgs['parentElement'];

/** What a component tells Python. A value stays until it is set again; a trigger is seen by one run only. */
export interface Outlet {
  set(name: string, value: unknown): void;
  trigger(name: string, value: unknown): void;
}

export interface Living<Data> {
  /** Called with the first data too, right after `make`. */
  update(data: Data): void;
  destroy(): void;
}

interface Hung<Data> {
  living: Living<Data>;
  /** Of the latest call: Streamlit may hand in others each time. */
  args: FrontendRendererArgs;
}

export function define<Data>(make: (root: Root, outlet: Outlet) => Living<Data>) {
  const hung = new WeakMap<Root, Hung<Data>>();
  return (args: FrontendRendererArgs): (() => void) => {
    const root = args.parentElement;
    const one = hung.get(root) ?? hang(make, args);
    one.args = args;
    hung.set(root, one);
    one.living.update(args.data as Data);
    return () => {
      hung.get(root)?.living.destroy();
      hung.delete(root);
    };
  };
}

function hang<Data>(make: (root: Root, outlet: Outlet) => Living<Data>, args: FrontendRendererArgs): Hung<Data> {
  const one = { args } as Hung<Data>;
  one.living = make(args.parentElement, {
    set: (name, value) => one.args.setStateValue(name as never, value as never),
    trigger: (name, value) => one.args.setTriggerValue(name as never, value as never),
  });
  hostOf(args.parentElement).setAttribute(MADE, '');
  return one;
}

/** Marks a component that has loaded; until then its place is empty, and the frame shows no view with an empty place. */
export const MADE = 'data-made';

function hostOf(root: Root): Element {
  return root instanceof ShadowRoot ? root.host : (root as Element);
}

/** Put a style sheet into a component's root, once. */
export function style(root: Root, css: string): void {
  const sheet = document.createElement('style');
  sheet.textContent = css;
  root.appendChild(sheet);
}
