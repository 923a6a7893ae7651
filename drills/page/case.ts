import type { DrillReport, Outcome } from "../report/report";
import type { Case } from "../suite/report";
import { breaksOf, passed } from "../suite/report";
import type { Html } from "./html";
import { html } from "./html";
import type { Picture } from "./parts";
import { badge, picture, plural, seconds } from "./parts";

const clock = (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, 19) + " UTC";

function outcomes(all: readonly Outcome[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th></th>
          <th></th>
          <th>expected</th>
          <th>came</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          (o) =>
            html`<tr>
              <td class="mark ${o.met ? "good-text" : "bad-text"}">${o.met ? "✓" : "✗"}</td>
              <td>${o.what}</td>
              <td class="soft">${o.wanted}</td>
              <td class="${o.met ? "" : "bad-text"}">${o.came}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function pieces(r: DrillReport): Html | undefined {
  if (r.pieces.length === 0) return undefined;
  return html`<div>
    <table>
      <thead>
        <tr>
          <th>where the time went</th>
          <th class="n">after, s</th>
          <th class="n">took, s</th>
        </tr>
      </thead>
      <tbody>
        ${r.pieces.map(
          (p) =>
            html`<tr>
              <td>${p.name}</td>
              <td class="n">${seconds(p.from)}</td>
              <td class="n">${seconds(p.seconds)}</td>
            </tr>`,
        )}${
          r.unaccounted !== undefined &&
          html`<tr>
            <td class="soft">in between</td>
            <td></td>
            <td class="n">${seconds(r.unaccounted)}</td>
          </tr>`
        }
      </tbody>
    </table>
  </div>`;
}

function remarks(r: DrillReport): Html {
  const broken = r.invariants.violations.map((v) =>
    breaksOf(r.fault).includes(v.rule)
      ? html`<p class="small soft">Broken by the fault itself: ${v.what}</p>`
      : html`<p class="small bad-text">Broken: ${v.what}</p>`,
  );
  const notes = r.notes.map((n) => html`<p class="small soft">Note: ${n}</p>`);
  return html`${broken}${notes}`;
}

const legend = (r: DrillReport): Html =>
  html`<div class="legend">
    <span><i style="background:var(--active)"></i>${r.active}, active before the fault</span>
    <span><i style="background:var(--standby)"></i>${r.standby}, standby before it</span>
    <span><i style="background:var(--cluster);opacity:.6"></i>the cluster at work</span>
    <span>pale: being started</span>
  </div>`;

function ledger(r: DrillReport): Html | undefined {
  const v = r.verdict;
  if (!v) return undefined;
  const ms = (s: number | undefined): string => (s === undefined ? "–" : `${Math.round(s * 1000)} ms`);
  return html`<p class="soft small">
    Ledger: ${v.attempted} writes attempted, ${v.acknowledged} acknowledged, ${v.refused} refused, ${v.unknown} unknown
    (${v.unknownPresent} of them there). A write took ${ms(r.latency.p50)} (median), ${ms(r.latency.p95)} (95 %).
  </p>`;
}

/** What the numbers are about, and how much of it was looked at. */
function basis(r: DrillReport): Html {
  const { about, sampling, counts } = r;
  const share = (up: number, sampled: number): string => `${up > 0 ? Math.floor((sampled / up) * 100) : 0} %`;
  const sampled = Object.entries(r.invariants.samples).map(([node, n]) => {
    const c = sampling?.[node];
    return c ? `${n} of ${node} (${share(c.up, c.sampled)} of its time up)` : `${n} of ${node}`;
  });
  const data =
    about && (about.verify ? "the data was read afterwards" : "the data was not read afterwards (--no-verify)");
  const where = about && [about.cluster, about.profile && `profile ${about.profile}`, data].filter(Boolean).join(", ");
  return html`<p class="soft small">
    ${plural(counts.fencings, "fencing")}, ${plural(counts.fencingFailures, "failed one", "failed ones")},
    ${plural(counts.promotions, "promotion")}. Samples: ${sampled.join(", ") || "none"}.${where && ` On ${where}.`}
  </p>`;
}

function run(r: DrillReport, p: Picture | undefined): Html {
  const about = `Timeline of ${r.fault}: longest gap ${seconds(r.gap?.seconds)} s`;
  return html`<div>
    ${picture(p, about)}${legend(r)}
    <div class="columns" style="margin-top:14px">${outcomes(r.outcomes)}${pieces(r)}</div>
    ${ledger(r)}${basis(r)}${remarks(r)}
  </div>`;
}

/** One fault: the newest drill open, older ones folded. */
export function caseSection(c: Case, pictures: readonly (Picture | undefined)[]): Html {
  const last = c.runs.length - 1;
  const newest = c.runs[last];
  const older = c.runs.slice(0, last).map(
    (r, i) =>
      html`<details>
        <summary>
          ${clock(r.injected)}: ${r.passed ? "as expected" : "not as expected"}, gap ${seconds(r.gap?.seconds)} s
        </summary>
        ${run(r, pictures[i])}
      </details>`,
  );
  const broken = c.broken.map((b) => html`<p class="small bad-text">A drill did not come to an end: ${b.broken}</p>`);
  const state = newest ? badge(passed(c), passed(c) ? "as expected" : "not as expected") : badge(false, "no result");
  return html`<section id="${c.fault}">
    <div class="head">
      <h3>${c.number ? `${c.number} · ` : ""}${c.title}</h3>
      ${state}
    </div>
    <p class="soft small">
      ${c.fault}${newest ? ` · ${clock(newest.injected)} · ${plural(c.runs.length, "drill")}` : ""}
    </p>
    ${c.must !== "" && html`<p class="small">Must: ${c.must}.</p>`}
    ${newest && run(newest, pictures[last])}${older}${broken}
  </section>`;
}
