import { region, settings } from "./stage.ts";

/** Private subnets for the functions, where the stage asks for them: BLS is reached through a NAT, S3 without leaving AWS. */
export const network = settings.privateNetwork ? createNetwork() : undefined;

function createNetwork(): sst.aws.Vpc {
  const vpc = new sst.aws.Vpc("Network", { nat: "managed" });
  new aws.ec2.VpcEndpoint("NetworkToS3", {
    vpcId: vpc.id,
    vpcEndpointType: "Gateway",
    serviceName: $interpolate`com.amazonaws.${region}.s3`,
    routeTableIds: vpc.nodes.privateRouteTables.apply((tables) => tables.map(({ id }) => id)),
  });
  return vpc;
}
