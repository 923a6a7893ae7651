import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { GITHUB, github, gitlab, lines, ROOT, text } from "./workflows";

// Proves of both pipelines that they run nothing but this repository's own commands, which exist, and that forks, tokens and foreign actions are held as docs/guard-rails.md
// says. That GitHub takes the file is test/offline/ci; that a runner can do it all is not proven here.

/** Scripts of ours that a line may begin with, and what may follow. */
const COMMANDS = [/^tools\/ci\/report "[^"$]*\$STACK" make (\w+)$/, /^tools\/ci\/comment \S+\.md$/];
const targets = [...text("Makefile").matchAll(/^([a-z][a-z -]*):\n\t@?(.*)$/gm)];
const recipe = (target: string): string | undefined =>
  targets.find(([, names]) => names?.split(" ").includes(target))?.[2];
const executable = (path: string): boolean => {
  accessSync(join(ROOT, path), constants.X_OK);
  return true;
};

const all = [...lines("github"), ...lines("gitlab")];

describe("what the pipelines run", () => {
  it.each(all)("%s: %s", (_job, line) => {
    expect(COMMANDS.some((c) => c.test(line))).toBe(true);
    expect(executable(line.split(" ")[0] as string)).toBe(true);
    const target = /make (\w+)$/.exec(line)?.[1];
    if (target === undefined) return;
    const script = /tools\/verbs\/[a-z-]+/.exec(recipe(target) ?? "")?.[0];
    expect(executable(script as string)).toBe(true);
  });

  it("is the same on both, but for the place of the reports", () => {
    const told = (which: "github" | "gitlab"): string[][] =>
      lines(which).map(([job, line]) => [job, line.replace(/\S+\.md$/, "REPORTS")]);
    expect(told("gitlab").sort()).toEqual(told("github").sort());
    expect(
      told("github")
        .map(([job]) => job)
        .sort(),
    ).toEqual(["comment", "drift", "preview"]);
  });

  it("keeps to the policies and never changes anything", () => {
    expect(text("tools/verbs/preview")).toMatch(/pulumi preview .*"\$\{policies\[@\]\}"/);
    expect(text("tools/verbs/drift")).toMatch(/pulumi refresh .*--preview-only .*--expect-no-changes/);
    expect(all.filter(([, line]) => /make (up|down|drill|rotate)/.test(line))).toEqual([]);
  });
});

describe("on GitHub", () => {
  const steps = Object.entries(github.jobs).flatMap(([job, { steps: s }]) => s.map((step) => [job, step] as const));

  it("every action is pinned by commit, with its version beside it", () => {
    const uses = [...text(GITHUB).matchAll(/uses: (.*)/g)].map((m) => m[1]);
    expect(uses.length).toBeGreaterThan(5);
    for (const u of uses) expect(u).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(steps.filter(([, s]) => s.uses).length).toBe(uses.length);
  });

  it("a token may read, and write comments where no code of the pull request runs", () => {
    expect(github.permissions).toEqual({});
    expect(github.jobs.preview?.permissions).toEqual({ contents: "read" });
    expect(github.jobs.drift?.permissions).toEqual({ contents: "read" });
    expect(github.jobs.comment?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(github.jobs.comment?.steps[0]?.with?.ref).toBe("${{ github.event.pull_request.base.sha }}");
    for (const [, s] of steps.filter(([, { uses }]) => uses?.includes("checkout")))
      expect(s.with).toMatchObject({ "persist-credentials": false });
  });

  it("no secret goes to a fork", () => {
    expect(Object.keys(github.on)).not.toContain("pull_request_target");
    expect(github.jobs.preview?.if).toContain("head.repo.full_name == github.repository");
    expect(github.jobs.drift?.if).toBe("github.event_name != 'pull_request'");
    const secret = steps.filter(([, s]) => JSON.stringify(s).includes("secrets."));
    expect(new Set(secret.map(([job]) => job))).toEqual(new Set(["preview", "drift", "comment"]));
    // Not in the environment of a whole job, where foreign actions would see it.
    expect(JSON.stringify(Object.values(github.jobs).map(({ steps: _, ...job }) => job))).not.toContain("secrets.");
  });

  it("nothing that a stranger writes is put into a shell line", () => {
    for (const [, line] of lines("github")) expect(line).not.toContain("${{");
  });

  it("drift is looked for on a schedule", () => {
    expect(github.on.schedule).toEqual([{ cron: expect.stringMatching(/^\d+ \d+ \* \* \*$/) }]);
  });
});

describe("on GitLab", () => {
  it("a merge request of a fork starts nothing", () => {
    for (const job of ["preview", "comment"])
      for (const rule of gitlab[job]?.rules ?? [])
        expect(rule.if).toContain("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID");
    expect(gitlab.drift?.rules?.map((r) => r.if)).toEqual(['$CI_PIPELINE_SOURCE == "schedule"']);
  });
});
