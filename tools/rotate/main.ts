import { readFileSync } from "node:fs";
import { decide } from "./decide";

interface Input {
  readonly state: { readonly deployment?: { readonly resources?: readonly { readonly urn: string }[] } };
  readonly config: Readonly<Record<string, unknown>>;
}

/** Usage: `main.ts SECRET STACK [preview] [file]`, state and configuration as JSON on standard input. Prints what is to be done, in words that a shell reads; exit status 3 where it is refused. */
function main([name = "", stack = "", ...words]: string[]): void {
  const { state, config } = JSON.parse(readFileSync(0, "utf8")) as Input;
  const decision = decide(name, {
    stack,
    resources: (state.deployment?.resources ?? []).map((r) => r.urn),
    given: Object.keys(config).map((key) => key.replace(/^[^:]*:/, "")),
    file: words.includes("file"),
    preview: words.includes("preview"),
  });
  for (const line of decision.says) console.error(line);
  if (decision.does === "refuse") process.exitCode = 3;
  else if (decision.does === "make") console.log(`make ${decision.urn}`);
  else if (decision.does === "set") console.log(`set ${decision.keys.join(" ")}`);
  else console.log(decision.does);
}

main(process.argv.slice(2));
