/** How clients reach the local services. */

/** Placeholders: the local services accept any credentials. */
const localCredentials = { accessKeyId: "local", secretAccessKey: "local" };
const localRegion = "us-east-1";

/** The variables with which the AWS SDK connects to the local services. */
export function localEnvironment(): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_REGION: localRegion,
  };
}

/** The settings of an SDK client, with the credentials and region from environment variables. */
export function clientSettings(environment: Record<string, string>) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = environment;
  return {
    region: AWS_REGION ?? localRegion,
    ...(AWS_ACCESS_KEY_ID !== undefined && AWS_SECRET_ACCESS_KEY !== undefined
      ? {
          credentials: {
            accessKeyId: AWS_ACCESS_KEY_ID,
            secretAccessKey: AWS_SECRET_ACCESS_KEY,
            ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
          },
        }
      : {}),
  };
}
