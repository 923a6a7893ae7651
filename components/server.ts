import type { OsFamily } from "@qvd-ha/providers/dist/os";
import { os as family } from "@qvd-ha/providers/dist/os";
import type { Settings } from "./config/schema";

/** Whether an operating system has several versions of PostgreSQL beside each other. */
export const versioned = (os: Settings["os"]): boolean => {
  const { binDir, version } = family(os).postgres;
  return binDir.includes(`/${version}/`);
};

/** The programs of PostgreSQL that serve: those of the operating system's own version, or of the one that is wished for and lies beside. */
export function serverOf(os: Settings["os"], wished: string | undefined): OsFamily["postgres"] {
  const own = family(os).postgres;
  if (wished === undefined || wished === String(own.version)) return own;
  const beside = (path: string): string => path.replace(`/${own.version}/`, `/${wished}/`);
  return { ...own, version: Number(wished), binDir: beside(own.binDir), psql: beside(own.psql) };
}
