import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

export const ROOT = join(__dirname, "..", "..", "..");
export const text = (path: string): string => readFileSync(join(ROOT, path), "utf8");

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  /** YAML's `on` may be read as true. */
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface GitlabJob {
  readonly script?: readonly string[];
  readonly rules?: readonly { readonly if?: string }[];
}

export const GITHUB = ".github/workflows/preview.yml";
export const GITLAB = ".gitlab-ci.yml";

export const github = load(text(GITHUB)) as Workflow;
const gitlabFile = load(text(GITLAB)) as Record<string, GitlabJob>;
export const gitlab = Object.fromEntries(Object.entries(gitlabFile).filter(([, job]) => job.script !== undefined));

/** Every line that a job gives to a shell, by job. */
export const lines = (which: "github" | "gitlab"): [job: string, line: string][] =>
  which === "github"
    ? Object.entries(github.jobs).flatMap(([name, job]) =>
        job.steps.flatMap((s) =>
          (s.run ?? "")
            .split("\n")
            .filter(Boolean)
            .map((l): [string, string] => [name, l]),
        ),
      )
    : Object.entries(gitlab).flatMap(([name, job]) => (job.script ?? []).map((l): [string, string] => [name, l]));
