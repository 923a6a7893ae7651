// The chapters of the end-to-end tests, in the order in which they are one story about one cluster.
module.exports = [
  "deployment",
  "drift",
  "impact",
  "faults",
  "doctor",
  "verbs",
  "drills",
  "maintenance",
  "fencing",
  "removal",
  "adoption",
  "existing",
  "hypervisors",
  "thirdVote",
  "watchdog",
  "layout",
];
