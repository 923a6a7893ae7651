export { fenceAccess } from "./access";
export type { FenceAccessSpec } from "./access";
export { fenceClient } from "./client";
export type { FenceClientSpec } from "./client";
export { externalLibvirt, fenceVirsh } from "./device";
export type { FenceDevice, FenceDeviceInput } from "./device";
export { fenceTest } from "./test";
export type { FenceTestSpec } from "./test";
