// The files of the end-to-end tests are one story about one cluster; everything else runs in jest's own order.
const { default: Sequencer } = require("@jest/test-sequencer");
const chapters = require("./chapters.cjs");

const place = ({ path }) => chapters.findIndex((name) => path.endsWith(`/test/e2e/${name}.test.ts`));

module.exports = class extends Sequencer {
  sort(tests) {
    const own = super.sort(tests);
    return tests.some((t) => place(t) >= 0) ? [...own].sort((a, b) => place(a) - place(b)) : own;
  }
};
