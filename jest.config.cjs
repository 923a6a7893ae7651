const transform = { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] };
/** One project per proof limit; what each can and cannot prove stands in docs/architecture.md. */
const project = (name, more = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform,
  globalSetup: "<rootDir>/test/temporary/setup.cjs",
  globalTeardown: "<rootDir>/test/temporary/teardown.cjs",
  modulePathIgnorePatterns: ["<rootDir>/sdks/", "<rootDir>/.state/", "<rootDir>/tools/toolchain/check-programs/"],
  ...more,
});

/** The story of one cluster, from nothing to nothing. The other chapters take longer than a CI run has; QVD_HA_E2E names some, or `all`. */
const STORY = ["deployment", "drills", "removal"];
const CHAPTERS = require("./test/e2e/chapters.cjs");
const named = (process.env.QVD_HA_E2E ?? "").split(/[ ,]+/).filter(Boolean);
const chapters = named.length === 0 ? STORY : named.includes("all") ? CHAPTERS : named;
const e2e = { testMatch: chapters.map((name) => `<rootDir>/test/e2e/${name}.test.ts`) };

/** Minutes with a real cluster in name spaces: make impact-table HERE=1, make verbs-table HERE=1, and with QVD_HA_HERE=1 test/offline/drills/configuration. A root with two versions of PostgreSQL: test/offline/postgres/majors.sh. */
const here = {
  testPathIgnorePatterns: [
    "/node_modules/",
    ...(process.env.QVD_HA_HERE
      ? []
      : ["/test/offline/impact/", "/test/offline/operate/verbs\\.test", "/test/offline/drills/configuration\\.test"]),
    ...(process.env.QVD_HA_PG_MAJORS ? [] : ["/test/offline/postgres/majors\\.test"]),
  ],
};

module.exports = {
  coverageProvider: "v8",
  // A machine that does other work beside it takes many times as long; what waits for something real says so itself.
  testTimeout: 30_000,
  testSequencer: "<rootDir>/test/e2e/order.cjs",
  projects: [project("unit"), project("offline", here), project("host"), project("e2e", e2e)],
};
