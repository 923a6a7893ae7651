import fc from "fast-check";
import { hbaRuleSchema, identSchema } from "../../../providers/postgres/access";
import { files, parseConf, parseHba, parseIdent } from "../../../providers/postgres/render";
import { postgres } from "../../../providers/postgres";
import { parseStamp, renderStamp } from "../../../providers/postgres/stamp";
import { anyText, inputOf } from "../support/arbitrary";
import { input, spec } from "./base";

/** Whatever schema and rules take, the three files say, and are read as it again. */
const refused = (s: ReturnType<typeof spec>, what: string): boolean =>
  (postgres.rules?.(s) ?? []).some((f) => f.property.startsWith(what));

test("postgresql.conf", () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,20}$/);
  const settings = fc.dictionary(name, fc.oneof(anyText, fc.integer(), fc.boolean()), { noNullPrototype: true });
  let seen = 0;
  fc.assert(
    fc.property(settings, (given) => {
      const s = spec({ settings: given });
      fc.pre(!refused(s, "settings"));
      seen++;
      expect(parseConf(files(s)["postgresql.conf"] as string)).toEqual(s.settings);
    }),
  );
  expect(seen).toBeGreaterThan(50);
});

test("pg_hba.conf", () => {
  const address = fc.oneof(
    fc.ipV4().map((a) => `${a}/32`),
    fc.constantFrom("10.0.0.0/8", "::1/128", "fd00::/8", "0.0.0.0/0"),
  );
  const rule = inputOf(hbaRuleSchema, {
    type: fc.constantFrom("host", "hostssl", "hostnossl", "local"),
    address: fc.option(address, { nil: undefined }),
    method: fc.constantFrom("scram-sha-256", "md5", "reject", "peer"),
    database: fc.oneof(anyText, fc.constantFrom("qvddb", "all", "replication")),
    user: fc.oneof(anyText, fc.constantFrom("qvd", "all", "+readers")),
    options: fc.option(fc.dictionary(fc.constantFrom("map", "clientcert"), anyText, { noNullPrototype: true }), {
      nil: undefined,
    }),
  });
  let seen = 0;
  fc.assert(
    fc.property(rule, (given) => {
      const s = spec({ hba: [...input.hba, given] });
      fc.pre(!refused(s, "hba"));
      seen++;
      expect(parseHba(files(s)["pg_hba.conf"] as string)).toEqual(s.hba);
    }),
    { numRuns: 300 },
  );
  expect(seen).toBeGreaterThan(50);
});

test("pg_ident.conf", () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.array(inputOf(identSchema), { maxLength: 2 }), (ident) => {
      const s = spec({ ident });
      fc.pre(!refused(s, "ident"));
      seen++;
      expect(parseIdent(files(s)["pg_ident.conf"] as string)).toEqual(s.ident);
    }),
    { numRuns: 300 },
  );
  expect(seen).toBeGreaterThan(50);
});

const some = anyText.filter((t) => t !== "");
test("the mark of what was seeded", () =>
  fc.assert(
    fc.property(fc.record({ seeded: some, proved: some }), (stamp) =>
      expect(parseStamp(renderStamp(stamp))).toEqual(stamp),
    ),
  ));
