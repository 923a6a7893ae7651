import { renderConf } from "./conf";
import { renderHba, renderIdent } from "./hba";
import type { PostgresSpec } from "./spec";

export { MANAGED, parseConf, renderConf } from "./conf";
export { parseHba, parseIdent, renderHba, renderIdent } from "./hba";

/** The configuration files by their name in the data directory. */
export const files = (s: PostgresSpec): Readonly<Record<string, string>> => ({
  "postgresql.conf": renderConf(s.settings),
  "pg_hba.conf": renderHba(s.hba),
  "pg_ident.conf": renderIdent(s.ident),
});
