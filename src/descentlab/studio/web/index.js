// @ts-check
export * from "./stream.js";
