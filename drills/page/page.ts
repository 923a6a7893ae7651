import { faults } from "../faults";
import { rows } from "../suite/figures";
import type { Case, SuiteReport } from "../suite/report";
import { caseSection } from "./case";
import { gapsSpec } from "./charts/gaps";
import { timelineSpec } from "./charts/timeline";
import type { Html } from "./html";
import { html, raw } from "./html";
import { table, tiles } from "./overview";
import type { Picture } from "./parts";
import { facts, picture, plural } from "./parts";
import { STYLE } from "./style";
import type { Spec } from "./svg";
import { draw } from "./svg";

const both = (spec: (size: "wide" | "narrow") => Spec): Spec[] => [spec("wide"), spec("narrow")];

function pairs(pictures: readonly string[]): Picture[] {
  const found: Picture[] = [];
  for (let i = 0; i + 1 < pictures.length; i += 2)
    found.push({ wide: pictures[i] as string, narrow: pictures[i + 1] as string });
  return found;
}

function surroundings(report: SuiteReport): Html | undefined {
  const newest = report.cases
    .flatMap((c) => c.runs)
    .filter((r) => r.surroundings)
    .sort((a, b) => a.injected - b.injected)
    .at(-1)?.surroundings;
  if (!newest) return undefined;
  return html`<h2>Where it ran</h2>
    <div class="card facts">${facts(newest.versions)}${facts(newest.machine)}</div>`;
}

function missing(cases: readonly Case[]): Html | undefined {
  const names = faults.filter((f) => !cases.some((c) => c.fault === f.name)).map((f) => f.name);
  if (names.length === 0) return undefined;
  return html`<h2>Not drilled here</h2>
    <p class="soft">
      ${plural(names.length, "fault")} of ${faults.length}, of which this report says nothing: ${names.join(", ")}.
    </p>`;
}

/** The report as one page that needs nothing beside itself. */
export async function page(report: SuiteReport, before?: SuiteReport): Promise<string> {
  const all = rows(report, before);
  const runs = report.cases.flatMap((c) => c.runs);
  const [overview, ...timelines] = pairs(
    await draw([...both((s) => gapsSpec(all, s)), ...runs.flatMap((r) => both((s) => timelineSpec(r, s)))]),
  );
  const offset = (i: number): number => report.cases.slice(0, i).reduce((n, c) => n + c.runs.length, 0);
  const made = new Date(report.made).toISOString().slice(0, 16).replace("T", " ");
  const compared = before !== undefined;
  const old = compared
    ? html`<p class="soft small">
        Hollow: the median of the report of ${new Date(before.made).toISOString().slice(0, 10)}, with which this one is
        compared.
      </p>`
    : undefined;
  const body = html`<main>
    <h1>Drills of the database cluster</h1>
    <p class="soft">
      ${plural(runs.length, "drill")} of ${plural(report.cases.length, "fault")}, put together ${made} UTC. In every one
      of them clients wrote all along, and each acknowledged write was looked for at the end.
    </p>
    ${tiles(all, report)}
    <h2>How long nothing could be written</h2>
    <section>
      ${picture(all.some((r) => r.gap) ? overview : undefined, "Gaps by fault")}${old}${table(all, compared)}
    </section>
    <h2>Each fault</h2>
    ${report.cases.map((c, i) => caseSection(c, timelines.slice(offset(i), offset(i) + c.runs.length)))}
    ${surroundings(report)} ${missing(report.cases)}
  </main>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Drills of the database cluster</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return document.text;
}
