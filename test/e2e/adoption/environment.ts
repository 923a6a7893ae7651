import { createHash } from "node:crypto";
import { join } from "node:path";

// Before anything else is imported: this test's own lab and state, beside those of the other tests.
const ROOT = join(__dirname, "..", "..", "..");
process.env.QVD_HA_E2E_RUNNING = "adoption";
process.env.QVD_HA_INSTANCE =
  process.env.QVD_HA_ADOPTION_INSTANCE ?? `adopt-${createHash("sha256").update(ROOT).digest("hex").slice(0, 6)}`;
process.env.PULUMI_BACKEND_URL = `file://${join(ROOT, ".state", "adoption", "backend")}`;
