import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// Proves that files and pages which the documentation names are there. Does not prove what it says of them.

const ROOT = join(__dirname, "..", "..", "..");
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "lab/README.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((f) => f.endsWith(".md"))
    .map((f) => `docs/${f}`),
];
const ROOMS = /^(components|providers|lab|tools|drills|test|docs|sdks)\/[\w./-]*$/;

const prose = (page: string): string => readFileSync(join(ROOT, page), "utf8").replace(/^ *```[^]*?^ *```$/gm, "");

/** A heading as forges make an anchor of it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");

const anchors = (page: string): string[] => [...prose(page).matchAll(/^#+ (.+)$/gm)].map((m) => anchor(m[1] as string));

describe.each(PAGES)("%s", (page) => {
  it("links to pages that exist", () => {
    const targets = [...prose(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map((m) => m[1] as string);
    const local = targets.filter((t) => !/^[a-z]+:/.test(t));
    expect(local.filter((t) => !existsSync(join(ROOT, dirname(page), t)))).toEqual([]);
  });

  it("links to headings that exist", () => {
    const links = [...prose(page).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].map(
      (m) => [m[1] ? join(dirname(page), m[1]) : page, m[2] as string] as const,
    );
    expect(links.filter(([target, to]) => !anchors(target).includes(to))).toEqual([]);
  });

  it("names files that exist", () => {
    const named = [...prose(page).matchAll(/`([^`\s]+)`/g)].map((m) => m[1] as string).filter((t) => ROOMS.test(t));
    // Compiled, so not there before the first build.
    const kept = named.filter((t) => !t.startsWith("providers/dist"));
    expect(kept.filter((t) => !existsSync(join(ROOT, t)))).toEqual([]);
  });
});
