import { accountId } from "./stage.ts";

type Statement = aws.types.input.iam.GetPolicyDocumentStatementArgs;

/** A policy's JSON. */
export function policy(...statements: Statement[]): $util.Output<string> {
  return aws.iam.getPolicyDocumentOutput({ statements }).json;
}

/** Lets one service, acting for this account, take a role. */
export function trust(service: string): $util.Output<string> {
  return policy({
    actions: ["sts:AssumeRole"],
    principals: [{ type: "Service", identifiers: [service] }],
    conditions: [fromThisAccount],
  });
}

/** Only requests that a service makes for this account: another account cannot use the service as its deputy. */
export const fromThisAccount = { test: "StringEquals", variable: "aws:SourceAccount", values: [accountId] };

/** Only requests that a service makes for these very resources. */
export function fromResource(...arns: $util.Input<string>[]) {
  return { test: "ArnEquals", variable: "aws:SourceArn", values: arns };
}

/**
 * Only requests of CloudFront for a distribution of this account. A distribution is made after its origins, so their policies
 * cannot name it.
 */
export const fromDistributions = {
  test: "ArnLike",
  variable: "aws:SourceArn",
  values: [$interpolate`arn:aws:cloudfront::${accountId}:distribution/*`],
};

/** Refuses every request that does not come by TLS. */
export function tlsOnly(action: string, resource: $util.Input<string>): Statement {
  return {
    effect: "Deny",
    principals: [{ type: "*", identifiers: ["*"] }],
    actions: [action],
    resources: [resource],
    conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
  };
}
