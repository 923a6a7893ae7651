// Reads Vega-Lite specifications as a JSON list on standard input, and prints them as a JSON list of SVG texts. A process of its own, since
// Vega is made of modules that wait while they load, which programs compiled to CommonJS cannot require.
import { Buffer } from "node:buffer";
import process from "node:process";
import * as vega from "vega";
import { compile } from "vega-lite";

// Without a canvas Vega takes every letter for 0.8 of its height, which cuts names and leaves margins; this is what they take on average.
vega.textMetrics.width = (item, text) => String(text ?? "").length * 0.56 * (item.fontSize || 11);

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

const draw = async (spec) =>
  (await new vega.View(vega.parse(compile(spec).spec), { renderer: "none", logLevel: vega.Error }).toSVG())
    // Hundredths of a pixel are enough.
    .replace(/(\d\.\d\d)\d+/g, "$1");

const pictures = [];
for (const spec of JSON.parse(Buffer.concat(chunks).toString("utf8"))) pictures.push(await draw(spec));
process.stdout.write(JSON.stringify(pictures));
