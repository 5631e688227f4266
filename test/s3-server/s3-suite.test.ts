import { startS3Server } from "./s3-server.js";
import { testS3Service } from "./s3-suite.js";

testS3Service("the S3 stand-in", async (buckets) => {
  const all = Object.entries(buckets).flatMap(([bucket, { objects }]) =>
    [...objects].map(([key, bytes]): [string, Uint8Array] => [`${bucket}/${key}`, bytes]),
  );
  const server = await startS3Server({
    objects: new Map(all),
    accessKeyId: "AKIAREADER",
    isPrivate: Object.values(buckets).some(({ isPublic }) => !isPublic),
  });
  return {
    endpoint: server.endpoint,
    put: (bucket, key, bytes) => void server.objects.set(`${bucket}/${key}`, bytes),
    close: () => server.close(),
  };
});
