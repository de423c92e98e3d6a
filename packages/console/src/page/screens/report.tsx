export function ReportScreen({ survey, execution }: { survey: string; execution: string }) {
  return (
    <h1>
      {survey} {execution}
    </h1>
  );
}
