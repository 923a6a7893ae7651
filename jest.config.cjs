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

/** They take as long as all the others together, adoption with a cluster of its own: only when asked for, by QVD_HA_E2E_ADOPTION=1 and so on. */
const unasked = ["adoption", "impact"].filter((name) => !process.env[`QVD_HA_E2E_${name.toUpperCase()}`]);
const asked = {
  testPathIgnorePatterns: ["/node_modules/", ...unasked.map((name) => `/test/e2e/${name}\\.test\\.ts$`)],
};

module.exports = {
  coverageProvider: "v8",
  testSequencer: "<rootDir>/test/e2e/order.cjs",
  projects: [project("unit"), project("offline"), project("host"), project("e2e", asked)],
};
