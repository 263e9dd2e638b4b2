/** A bucket of an S3-compatible storage. */
export interface S3Settings {
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
}

/** Null without a bucket: files go to a folder. A bucket without its address or keys is a fault, and so are they without it. */
export function s3Settings(given: S3Settings, faults: string[]): S3Settings | null {
  const { endpoint, bucket, accessKey, secretKey } = given;
  if (bucket === '') {
    if (endpoint + accessKey + secretKey !== '')
      faults.push('S3_BUCKET is missing: S3_ENDPOINT and the keys of S3 say nothing without it');
    return null;
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    faults.push('S3_BUCKET must be the name of a bucket');
  if (!/^https?:\/\/[^/]+\/?$/.test(endpoint) || !URL.canParse(endpoint))
    faults.push('S3_ENDPOINT must be an address like https://storage.example.cn');
  if (accessKey === '' || secretKey === '')
    faults.push('S3_ACCESS_KEY and S3_SECRET_KEY belong to S3_BUCKET');
  return given;
}
