export { alertAgent } from "./alertAgent";
export { backup } from "./backup";
export { configurationBackup } from "./configuration";
export { pitr } from "./pitr";
export { repository } from "./repository";
export { drbdVerify } from "./verify";
export { watch } from "./watch";
