export function ExecutionScreen({ execution }: { execution: string }) {
  return <h1>{execution}</h1>;
}
