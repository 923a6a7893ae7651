export { announce } from "./announce";
export { check } from "./check";
export { create, refresh, remove, specOf, update } from "./lifecycle";
export { read } from "./read";
