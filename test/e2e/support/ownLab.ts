import { createHash } from "node:crypto";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

/** Name of a lab of a chapter's own, beside those of the others. */
export const instanceOf = (chapter: string): string =>
  `${chapter.slice(0, 6)}-${createHash("sha256").update(ROOT).digest("hex").slice(0, 6)}`;

/** A lab and a state of a chapter's own. To be called before anything else of these tests is imported. */
export function ownLab(chapter: string, instance = instanceOf(chapter)): void {
  process.env.QVD_HA_E2E_RUNNING = chapter;
  process.env.QVD_HA_INSTANCE = instance;
  process.env.PULUMI_BACKEND_URL = `file://${join(ROOT, ".state", chapter, "backend")}`;
}
