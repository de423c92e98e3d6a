export function FileScreen({ fileKey }: { fileKey: string }) {
  return <h1>{fileKey}</h1>;
}
