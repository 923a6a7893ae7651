export { deployCommand, nodeConfCommand } from "./deploy";
export type { Deployment, ShellCommand } from "./deploy";
export { parseProperties, renderNodeConf } from "./nodeConf";
export type { NodeConf } from "./nodeConf";
