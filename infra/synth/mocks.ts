/** Pulumi's mocks: the responses of an AWS that creates nothing. */
import { arnOf } from "./arns.ts";
import { policyDocument } from "./policy-document.ts";

type Properties = Record<string, unknown>;

/** The outputs of a resource: its inputs, and what AWS would add. */
export function createdState(type: string, name: string, inputs: Properties): Properties {
  const arn = arnOf(type, name, inputs);
  return {
    ...inputs,
    ...(arn === undefined ? {} : { arn }),
    ...addedByService(type, inputs, arn),
  };
}

function addedByService(type: string, inputs: Properties, arn: string | undefined): Properties {
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return {
        bucketDomainName: `${inputs.bucket}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${inputs.bucket}.s3.us-east-1.amazonaws.com`,
      };
    case "aws:lambda/function:Function":
      return { qualifiedArn: `${arn}:$LATEST`, invokeArn: `${arn}/invocations`, version: "$LATEST" };
    case "aws:sqs/queue:Queue":
      return { url: queueUrl(inputs) };
    case "random:index/randomBytes:RandomBytes":
      return { base64: Buffer.alloc(Number(inputs.length)).toString("base64"), hex: "" };
    case "aws:kms/key:Key":
      return { keyId: arn?.split("/").at(-1) };
    default:
      return {};
  }
}

/** The ID of a resource. For some types, AWS derives it from the resource's inputs. */
export function physicalId(type: string, name: string, inputs: Properties): string {
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return `${inputs.bucket}`;
    case "aws:sqs/queue:Queue":
      return queueUrl(inputs);
    case "aws:iam/role:Role":
    case "aws:cloudwatch/logGroup:LogGroup":
      return `${inputs.name}`;
    default:
      return `${name}-id`;
  }
}

function queueUrl(inputs: Properties): string {
  return `https://sqs.us-east-1.amazonaws.com/000000000000/${inputs.name}`;
}

/** The response to a call of a provider's function. Throws an Error for an unknown function. */
export function callResult(token: string, inputs: Properties): Properties {
  switch (token) {
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return policyDocument(inputs);
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com", id: "aws" };
    case "aws:index/getRegion:getRegion":
      return { region: "us-east-1", name: "us-east-1", id: "us-east-1" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: "000000000000", arn: "arn:aws:iam::000000000000:root", id: "000000000000" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: ["us-east-1a", "us-east-1b", "us-east-1c"], id: "us-east-1" };
    default:
      throw new Error(`The mocks have no response for ${token}: add it to infra/synth/mocks.ts`);
  }
}
