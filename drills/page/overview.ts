import type { Row } from "../suite/figures";
import type { SuiteReport } from "../suite/report";
import type { Html } from "./html";
import { html } from "./html";
import { plural, seconds } from "./parts";

const tile = (value: string, name: string, state: "good" | "bad" | "" = ""): Html =>
  html`<div class="tile ${state}"><b>${value}</b><span>${name}</span></div>`;

const sum = (rows: readonly Row[], n: (r: Row) => number): number => rows.reduce((total, r) => total + n(r), 0);

/** The whole in a line. */
export function tiles(rows: readonly Row[], report: SuiteReport): Html {
  const green = rows.filter((r) => r.passed).length;
  const state = (bad: number): "good" | "bad" => (bad === 0 ? "good" : "bad");
  const [lost, phantom, broken] = [
    sum(rows, (r) => r.lost),
    sum(rows, (r) => r.phantom),
    sum(rows, (r) => r.violations),
  ] as const;
  const { control } = report;
  return html`<div class="tiles">
    ${tile(`${green} of ${rows.length}`, "faults came as expected", state(rows.length - green))}
    ${tile(
      sum(rows, (r) => r.acknowledged).toLocaleString("en"),
      `writes acknowledged in ${plural(
        sum(rows, (r) => r.runs),
        "drill",
      )}`,
    )}
    ${tile(String(lost), "of them lost", state(lost))} ${tile(String(phantom), "phantom writes", state(phantom))}
    ${tile(String(broken), "broken invariants", state(broken))}
    ${control ? tile(control.lies === undefined ? `${control.lost} found` : `${control.lost} of ${control.lies}`, "writes lost on purpose were found (negative control)", control.passed ? "good" : "bad") : undefined}
  </div>`;
}

const range = ({ gap, p95 }: Row): Html =>
  html`<td class="n">${seconds(gap?.min)}</td>
    <td class="n"><b>${seconds(gap?.median)}</b></td>
    <td class="n">${seconds(p95)}</td>
    <td class="n">${seconds(gap?.max)}</td>`;

function line(r: Row, compared: boolean): Html {
  const change = r.before && r.gap ? `× ${(r.gap.median / r.before.median).toFixed(2)}` : "–";
  return html`<tr>
    <td class="mark ${r.passed ? "good-text" : "bad-text"}">${r.passed ? "✓" : "✗"}</td>
    <td>${r.number}</td>
    <td class="fault">
      <a href="#${r.fault}">${r.fault}</a>
      <div class="soft small">${r.title}</div>
    </td>
    ${range(r)}
    ${
      compared &&
      html`<td class="n">${seconds(r.before?.median)}</td>
        <td class="n">${change}</td>`
    }
    <td class="n">${seconds(r.redundant?.median)}</td>
    <td class="n">${r.runs}</td>
    <td class="n ${r.lost > 0 ? "bad-text" : ""}">${r.lost}</td>
    <td class="n ${r.phantom > 0 ? "bad-text" : ""}">${r.phantom}</td>
    <td class="n">${r.unknown}</td>
    <td class="n">${r.fencings}</td>
    <td class="n">${r.promotions}</td>
    <td class="n ${r.violations > 0 ? "bad-text" : ""}">${r.violations}</td>
  </tr>`;
}

/** The table of gaps, and of all that is counted. */
export function table(rows: readonly Row[], compared: boolean): Html {
  return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            <th></th>
            <th></th>
            <th>fault</th>
            <th class="n">gap least</th>
            <th class="n">median</th>
            <th class="n">95 %</th>
            <th class="n">most</th>
            ${
              compared &&
              html`<th class="n">before</th>
                <th class="n">change</th>`
            }
            <th class="n">whole</th>
            <th class="n">drills</th>
            <th class="n">lost</th>
            <th class="n">phantom</th>
            <th class="n">unknown</th>
            <th class="n">fencings</th>
            <th class="n">promotions</th>
            <th class="n">broken</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map((r) => line(r, compared))}
        </tbody>
      </table>
    </div>
    <p class="soft small">
      Times in seconds, lost to broken as sums over all drills. 95 %: so many of the gaps were no longer, where a fault
      was drilled several times. Unknown: the connection died before an answer, so the write may be there or not;
      neither is a fault. Whole: full redundancy, counted from the fault, or from its end where the drill had to end it.
    </p>`;
}
