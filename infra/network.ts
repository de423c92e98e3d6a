import { region, settings } from "./stage.ts";

/**
 * Private subnets for the functions, if the stage requests them: BLS is reached through a NAT gateway, S3
 * without leaving AWS.
 */
export const network = settings.privateNetwork ? createNetwork() : undefined;

function createNetwork(): sst.aws.Vpc {
  // SST would retain the VPC and its subnets when production is removed. They hold no data, so they are
  // removed with the stage.
  const vpc = new sst.aws.Vpc("Network", {
    nat: "managed",
    transform: {
      vpc: removeWithStage,
      securityGroup: removeWithStage,
      publicSubnet: removeWithStage,
      privateSubnet: removeWithStage,
    },
  });
  new aws.ec2.VpcEndpoint("NetworkToS3", {
    vpcId: vpc.id,
    vpcEndpointType: "Gateway",
    serviceName: $interpolate`com.amazonaws.${region}.s3`,
    routeTableIds: vpc.nodes.privateRouteTables.apply((tables) => tables.map(({ id }) => id)),
  });
  return vpc;
}

function removeWithStage(_args: unknown, options: $util.CustomResourceOptions): undefined {
  options.retainOnDelete = false;
}
