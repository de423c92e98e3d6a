/** The services behind the console's server: Step Functions and S3, wherever they are. */
import type { S3Client } from "@aws-sdk/client-s3";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { LogLine } from "../api-types.ts";

/** Clients for one deployment, local or on AWS. */
export type Services = {
  stepFunctions: SFNClient;
  s3: S3Client;
  buckets: { bronze: string; silver: string; gold: string };
  /** The state machines whose executions are shown; the first one is the default for new executions. */
  stateMachineArns: readonly string[];
  /** Milliseconds between two checks of a running execution. AWS limits the rate of requests. */
  pollMilliseconds: number;
  /** The lines that functions printed during an execution, oldest first. Undefined on AWS: CloudWatch has the lines. */
  readLog: ((executionArn: string) => Promise<LogLine[]>) | undefined;
  close: () => Promise<void>;
};

/** Returns the current services. The first call connects; after `lost`, the next call connects again. */
export type ServicesHolder = {
  get: () => Promise<Services>;
  /** Drops the connection if the error means that the endpoint is gone. */
  lost: (error: unknown) => Promise<boolean>;
  close: () => Promise<void>;
};

/** Keeps one connection for all requests, and replaces it when its process is gone. */
export function holdServices(connect: () => Promise<Services>): ServicesHolder {
  let current: Promise<Services> | undefined;
  const drop = async () => {
    const dropped = current;
    current = undefined;
    await dropped?.then(
      (services) => services.close(),
      () => undefined,
    );
  };
  return {
    get: () => {
      if (current === undefined) {
        const connecting = connect();
        current = connecting;
        connecting.catch(() => {
          if (current === connecting) current = undefined;
        });
      }
      return current;
    },
    lost: async (error) => {
      if (!isConnectionLost(error)) return false;
      await drop();
      return true;
    },
    close: drop,
  };
}

const CONNECTION_LOST = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "TimeoutError"]);

/** Whether an error from an AWS client means that the endpoint is gone. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : error.name;
  return CONNECTION_LOST.has(code) || (error.cause !== undefined && isConnectionLost(error.cause));
}
