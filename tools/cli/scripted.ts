import { Command } from "commander";
import { Refused } from "./stack";

interface Scripted {
  readonly name: string;
  readonly says: string;
  /** Arguments and options, as the script takes them. */
  readonly usage?: string;
}

/** Verbs that are a script of `tools/verbs`: `qvd-ha` there calls it, and this program only knows what it does. */
const SCRIPTED: readonly Scripted[] = [
  { name: "up", says: "from a fresh clone to a running stack; repeatable", usage: "[options of pulumi up]" },
  { name: "preview", says: "what up would do", usage: "[options of pulumi preview]" },
  { name: "drift", says: "what was changed by hand, field by field", usage: "[options of pulumi refresh]" },
  { name: "down", says: "take the stack down, orderly" },
  {
    name: "export",
    says: "a live cluster as a stack's configuration",
    usage:
      "[--secrets <directory>] [--program] [--arbiter <host>] | --node <name=host> --node <name=host> --key <file> …",
  },
  { name: "psql", says: "a session on the database, through its floating address", usage: "[options of psql]" },
  {
    name: "rotate",
    says: "a new value for one secret",
    usage: "<secret> [--file <new value>] [--preview] [--config-file <stack's file>]",
  },
  { name: "backup", says: "a dump of the database, now" },
  {
    name: "restore",
    says: "a dump or a point in time into an instance of its own, compared and thrown away; or into the database itself",
    usage:
      "[--time <moment>] [--file <name>] [--node <name>] [--into scratch|database] [--consent <database>@<address>] [--no-first]",
  },
  { name: "verify", says: "both disks compared below DRBD, now" },
  { name: "stacks", says: "what two stacks' files have that only one cluster may have", usage: "[--stack <name>]" },
  {
    name: "drill",
    says: "one fault on the running cluster; without a name, all there are",
    usage: "[fault] [--consent <cluster>@<address>] [--repeat <n>] [--json <file>] …",
  },
  {
    name: "drills",
    says: "a set of faults, and a report",
    usage:
      "[--set quick|full] [--fault <names>] [--repeat <n>] [--results <directory>] [--compare <file>] [--consent <cluster>@<address>] [--list]",
  },
];

export const scripted = (): Command[] =>
  SCRIPTED.map(({ name, says, usage = "" }) =>
    new Command(name)
      .description(says)
      .usage(usage)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new Refused(`${name} is a script: call tools/verbs/qvd-ha ${name}`);
      }),
  );
