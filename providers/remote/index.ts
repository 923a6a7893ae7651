export { TICK } from "./clock";
export type { Answer, Command } from "./command";
export { connectionSchema, connectionsSchema } from "./connection";
export type { Connection } from "./connection";
export { fingerprint, keyBlob } from "./hostKey";
export { closeAll, roundTrips, run, StaleError } from "./pool";
export { reveal, Secret } from "./secret";
export { lines, quote, raw, Sh, sh } from "./sh";
export { ConnectionError, HostKeyError } from "./ssh";
