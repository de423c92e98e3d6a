/** The canonical user that owns all buckets and objects. */
export const OWNER = { ID: "0".repeat(64) };

/** The account that everything belongs to. */
export const ACCOUNT_ID = "000000000000";

/** The region that the server reports. */
export const REGION = "us-east-1";
