import { indexPageKey, silverFiles, surveysPrefix } from "@data-quest/core/constants";
import { publishExplorePage } from "./explore-page.ts";
import { physicalName, settings } from "./stage.ts";
import { bronze, gold, silver } from "./storage.ts";

/** Runs in CloudFront: one function named `handler`, without imports. */
const redirectCode = `function handler(event) {
  var uri = event.request.uri;
  if (uri !== "" && uri.charAt(uri.length - 1) !== "/") return event.request;
  var location = uri === "/" || uri === "" ? "/${indexPageKey}" : uri + "index.html";
  return { statusCode: 302, statusDescription: "Found", headers: { location: { value: location } } };
}
`;

/**
 * If the stage allows it, anyone can read the reports, the mirrored files, and the Parquet files, which the
 * Explore page needs. The buckets stay private.
 */
export const distribution = settings.publicAccess ? createDistribution() : undefined;

function createDistribution(): aws.cloudfront.Distribution {
  publishExplorePage();
  const accessControl = new aws.cloudfront.OriginAccessControl("PublicAccess", {
    name: physicalName("PublicAccess"),
    originAccessControlOriginType: "s3",
    signingBehavior: "always",
    signingProtocol: "sigv4",
  });
  // Reports change once a day at the same URL.
  const cache = new aws.cloudfront.CachePolicy("PublicCache", {
    name: physicalName("PublicCache"),
    minTtl: 0,
    defaultTtl: 300,
    maxTtl: 3600,
    parametersInCacheKeyAndForwardedToOrigin: {
      cookiesConfig: { cookieBehavior: "none" },
      headersConfig: { headerBehavior: "none" },
      queryStringsConfig: { queryStringBehavior: "none" },
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    },
  });
  const origin = (originId: string, bucket: sst.aws.Bucket) => ({
    originId,
    domainName: bucket.nodes.bucket.bucketRegionalDomainName,
    originAccessControlId: accessControl.id,
  });
  // The root and folders redirect to their index.html, because the relative links of a page work only at its
  // own URL.
  const redirect = new aws.cloudfront.Function("PublicRedirect", {
    name: physicalName("PublicRedirect"),
    runtime: "cloudfront-js-2.0",
    comment: "Redirects the root and folders to their index.html",
    code: redirectCode,
  });
  const behavior = (targetOriginId: string) => ({
    targetOriginId,
    viewerProtocolPolicy: "redirect-to-https",
    allowedMethods: ["GET", "HEAD"],
    cachedMethods: ["GET", "HEAD"],
    cachePolicyId: cache.id,
    // AWS's own SecurityHeadersPolicy.
    responseHeadersPolicyId: "67f7725c-6f97-4210-82d7-5512b31e9d03",
    compress: true,
    functionAssociations: [{ eventType: "viewer-request", functionArn: redirect.arn }],
  });
  return new aws.cloudfront.Distribution("Public", {
    comment: physicalName("Public"),
    enabled: true,
    isIpv6Enabled: true,
    httpVersion: "http2and3",
    priceClass: "PriceClass_100",
    origins: [origin("reports", gold), origin("files", bronze), origin("parquet", silver)],
    defaultCacheBehavior: behavior("reports"),
    // CloudFront uses the first matching pattern. Silver has only Parquet files, and BLS publishes no Parquet
    // files.
    orderedCacheBehaviors: [
      { pathPattern: silverFiles, ...behavior("parquet") },
      { pathPattern: `${surveysPrefix}*`, ...behavior("files") },
    ],
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
  });
}
