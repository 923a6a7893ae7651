export { alertAgent } from "./alertAgent";
export { backup } from "./backup";
export { configurationBackup } from "./configuration";
export { drbdVerify } from "./verify";
export { watch } from "./watch";
