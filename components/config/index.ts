export { load } from "./load";
export { parse, SettingsError, validate } from "./parse";
export { inNetwork, ipOf, prefixOf } from "./primitives";
export type { HypervisorSettings, NodeSettings, Settings, SettingsInput } from "./schema";
export type { Secrets } from "./secrets";
export type { Timers } from "./timers";
