const transform = { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2022" } }] };
/** One project per proof limit; what each can and cannot prove stands in docs/architecture.md. */
const project = (name, more = {}) => ({
  displayName: name,
  testEnvironment: "node",
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  transform,
  modulePathIgnorePatterns: ["<rootDir>/sdks/", "<rootDir>/.state/", "<rootDir>/tools/toolchain/check-programs/"],
  ...more,
});

/** Builds a cluster of its own by hand first, which takes as long as all the others together: only when asked for. */
const adoption = process.env.QVD_HA_E2E_ADOPTION
  ? {}
  : { testPathIgnorePatterns: ["/node_modules/", "/test/e2e/adoption\\.test\\.ts$"] };

module.exports = {
  coverageProvider: "v8",
  testSequencer: "<rootDir>/test/e2e/order.cjs",
  projects: [project("unit"), project("offline"), project("host"), project("e2e", adoption)],
};
