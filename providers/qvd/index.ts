export { demands, printed } from "./demands";
export type { Demand } from "./demands";
export { deployCommand, nodeConfCommand } from "./deploy";
export type { Deployment, ShellCommand } from "./deploy";
export { parseProperties, renderNodeConf } from "./nodeConf";
export type { NodeConf } from "./nodeConf";
