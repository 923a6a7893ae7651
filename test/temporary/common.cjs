// One temporary directory for all that a run's tests make, so that what they leave goes with the run. Programs that they start inherit it.
const { execFileSync } = require("node:child_process");
const { chmodSync, mkdtempSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const own = {};

module.exports = {
  async setup() {
    own.before = process.env.TMPDIR;
    own.path = mkdtempSync(join(tmpdir(), "qvd-ha-test-"));
    // As /tmp itself: some tests run servers as other users.
    chmodSync(own.path, 0o1777);
    process.env.TMPDIR = own.path;
  },
  async teardown() {
    // Not across file systems: a mount that a broken test left must not be emptied.
    execFileSync("rm", ["-rf", "--one-file-system", own.path]);
    if (own.before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = own.before;
  },
};
