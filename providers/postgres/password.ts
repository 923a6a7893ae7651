import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const ROUNDS = 4096;

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

function scram(password: string, salt: Buffer, rounds: number): string {
  const salted = pbkdf2Sync(password, salt, rounds, 32, "sha256");
  const stored = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const server = hmac(salted, "Server Key").toString("base64");
  return `SCRAM-SHA-256$${rounds}:${salt.toString("base64")}$${stored}:${server}`;
}

const md5 = (password: string, role: string): string =>
  `md5${createHash("md5").update(`${password}${role}`).digest("hex")}`;

/**
 * What PostgreSQL stores of a password. Made here, so that the password itself reaches neither the server nor its log.
 * @param salt for tests; random otherwise
 */
export const verifier = (
  method: "scram-sha-256" | "md5",
  role: string,
  password: string,
  salt: Buffer = randomBytes(16),
): string => (method === "md5" ? md5(password, role) : scram(password, salt, ROUNDS));

/** Whether a stored verifier belongs to a password, and is of the method that is wanted. */
export function matches(
  stored: string | null | undefined,
  method: "scram-sha-256" | "md5",
  role: string,
  password: string,
): boolean {
  if (!stored) return false;
  const m = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$/.exec(stored);
  if ((method === "md5") !== !m) return false;
  const expected = Buffer.from(
    m ? scram(password, Buffer.from(m[2] as string, "base64"), Number(m[1])) : md5(password, role),
  );
  const seen = Buffer.from(stored);
  return seen.length === expected.length && timingSafeEqual(seen, expected);
}
