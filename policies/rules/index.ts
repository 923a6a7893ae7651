import type { AnyPolicy } from "../policy";
import { backups } from "./backups";
import { dataProtected } from "./dataProtected";
import { encryption } from "./encryption";
import { failoverBound } from "./failoverBound";
import { fencing } from "./fencing";
import { noTrust } from "./noTrust";
import { secretsSecret } from "./secretsSecret";
import { twoRings } from "./twoRings";

export const rules: readonly AnyPolicy[] = [
  fencing,
  twoRings,
  encryption,
  noTrust,
  secretsSecret,
  dataProtected,
  failoverBound,
  backups,
];
