/** An S3 server that stores objects in a folder, for programs on this machine. */
export type { S3Fault } from "./faults.ts";
export type { Notification } from "./notifications.ts";
export { createS3, type S3, type S3Options, type S3RequestRecord } from "./s3.ts";
export { type S3Server, startS3Server } from "./server.ts";
