import type { Rule } from "./rule";

/** Packages that count from the next boot on. */
export const reboot: Rule = (l) => {
  const due = l.reached.filter(([n]) => l.details(n).machine?.rebootRequired).map(([n]) => n);
  if (due.length === 0) return [];
  return [
    {
      severity: "note",
      where: due.join(", "),
      what: "wants to be booted anew, after an update",
      why: "until then it runs with the old kernel or libraries",
      next: [l.make("reboot-rolling")],
    },
  ];
};
