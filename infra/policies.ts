import { accountId } from "./stage.ts";

type Statement = aws.types.input.iam.GetPolicyDocumentStatementArgs;

/** A policy's JSON. */
export function policy(...statements: Statement[]): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements }).json;
}

/** Lets one service, acting for this account, assume a role. */
export function trust(service: string): $util.Output<string> {
  return policy({
    actions: ["sts:AssumeRole"],
    principals: [{ type: "Service", identifiers: [service] }],
    conditions: [fromThisAccount],
  });
}

/**
 * Only requests that a service makes for this account, so that another account cannot use the service as a
 * confused deputy.
 */
export const fromThisAccount = { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] };

/** Only requests that a service makes for exactly these resources. */
export function fromResource(...arns: $util.Input<string>[]) {
  return { test: "ArnEquals", variable: "aws:SourceArn", values: arns };
}

/**
 * Only requests from CloudFront for a distribution of this account. A distribution is created after its
 * origins, so their policies cannot contain its ARN.
 */
export const fromDistributions = {
  test: "ArnLike",
  variable: "aws:SourceArn",
  values: [$interpolate`arn:aws:cloudfront::${accountId}:distribution/*`],
};

/** Refuses every request that is not sent over TLS. */
export function tlsOnly(action: string, resource: $util.Input<string>): Statement {
  return {
    effect: "Deny",
    principals: [{ type: "*", identifiers: ["*"] }],
    actions: [action],
    resources: [resource],
    conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
  };
}
