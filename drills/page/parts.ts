import type { Html } from "./html";
import { html, raw } from "./html";

export interface Picture {
  readonly wide: string;
  readonly narrow: string;
}

/** The same picture for both widths; the page shows the one that fits. */
export const picture = (p: Picture | undefined, about: string): Html | undefined =>
  p &&
  html`<div class="picture" role="img" aria-label="${about}">
    <div class="wide">${raw(p.wide)}</div>
    <div class="narrow">${raw(p.narrow)}</div>
  </div>`;

export const badge = (good: boolean, text: string): Html =>
  html`<span class="badge ${good ? "good" : "bad"}">${good ? "✓" : "✗"} ${text}</span>`;

export const seconds = (s: number | undefined): string => (s === undefined ? "–" : s.toFixed(1));

export const facts = (pairs: Readonly<Record<string, string>>): Html =>
  html`<dl>
    ${Object.entries(pairs).map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
