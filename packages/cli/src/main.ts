/**
 * The command `quest`. Each subcommand loads its code when it runs, so that no subcommand waits for code that it
 * does not need.
 */
import { Argument, Command, CommanderError, Option } from "commander";
import { completionScript, SHELLS } from "./completion-scripts.ts";
import {
  age,
  bucketPrefix,
  collect,
  countToKeep,
  notes,
  port,
  stage,
  stateDir,
  wholeNumber,
  withInput,
  withSources,
} from "./options.ts";

const quest = new Command("quest")
  .description(
    "Mirrors a BLS survey into S3, adds the U.S. population, and answers three questions about the data, as one Step Functions workflow.",
  )
  .version("0.1.0")
  .enablePositionalOptions()
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError("(add --help for the options and examples)")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "quest: ")) })
  .addHelpText(
    "after",
    `
Examples:
  $ quest run                                        the bundled sample
  $ quest run --source live --contact you@your.org   BLS and DataUSA themselves
  $ quest history                                    what ran, and how it ended
  $ quest redrive 2026-09-03T12-30-00Z-1f3a          resume one that failed`,
  );

withSources(withInput(quest.command("run")))
  .description("run the workflow once and show the answers")
  .option("--settle <seconds>", "seconds to wait before the analysis (default: 1)", wholeNumber)
  .option("--yes", "replace all held files without asking")
  .option("--json", "print the outcome as one JSON document on stdout")
  .option("--quiet", "no progress")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    `
Examples:
  $ quest run
  $ quest run --survey cu --source live --contact you@your.org
  $ quest run --source http://127.0.0.1:8080/pub/time.series/ --population-source http://127.0.0.1:8080/population
  $ quest run --years 2015-2020 --series PRS85006092
  $ quest run --input '{"refresh":false}'   analyze the stored files again
  $ quest run --input @input.json
  $ quest run --survey all                  every survey of the source
  $ quest run --json | jq .output.population
  $ npx sst shell --stage production -- npx quest run --stage production`,
  )
  .addHelpText(
    "after",
    notes(
      "The sources are remembered: later commands with the same state directory use them again. The exit code is 0 only if the execution succeeded, and 130 if Ctrl-C stopped it. To use an S3 other than the local one, set AWS_ENDPOINT_URL_S3 and the usual AWS variables for credentials and region.",
    ),
  )
  .action(async (options) => {
    const { runCommand } = await import("./run.ts");
    process.exitCode = await runCommand(options);
  });

quest
  .command("redrive")
  .description("re-run a failed execution from its unsuccessful states")
  .argument("<execution>", "the execution's name or ARN")
  .option("--json", "print the outcome as one JSON document on stdout")
  .option("--quiet", "no progress")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText("after", "\nExample:\n  $ quest redrive 2026-09-03T12-30-00Z-1f3a")
  .action(async (execution, options) => {
    const { redriveCommand } = await import("./redrive.ts");
    process.exitCode = await redriveCommand(execution, options);
  });

quest
  .command("history")
  .description("list the executions, or show one: its states, attempts, times, and errors")
  .argument("[execution]", "the execution's name or ARN")
  .option("--state <name>", "show the inputs, outputs, and attempts of one state")
  .option(
    "--survey <survey>",
    "list only executions of this survey; specify all for the executions that ran every survey",
  )
  .option("--limit <n>", "list at most this many executions (default: 20)", wholeNumber)
  .option("--json", "print the list as JSON, or the events as GetExecutionHistory returns them")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest history\n  $ quest history 2026-09-03T12-30-00Z-1f3a\n  $ quest history 2026-09-03T12-30-00Z-1f3a --state DiscoverFiles",
  )
  .action(async (execution, options) => {
    const { historyCommand } = await import("./history.ts");
    process.exitCode = await historyCommand(execution, options);
  });

quest
  .command("report")
  .description("show the latest report: its answers, files, and page")
  .option("--survey <survey>", "the BLS survey's abbreviation", "pr")
  .option("--open", "open the report's page in the browser")
  .addOption(new Option("--json", "print report.json").conflicts(["csv", "excel"]))
  .option("--csv", "print best-years.csv")
  .option("--excel", "print best-years.csv with the byte order mark that spreadsheets need")
  .addOption(bucketPrefix())
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    `
Examples:
  $ quest report --open
  $ quest report --json | jq .revisions.changed
  $ quest report --survey cu --csv > best-years.csv
  $ npx sst shell --stage production -- npx quest report --stage production`,
  )
  .action(async (options) => {
    const { reportCommand } = await import("./report.ts");
    process.exitCode = await reportCommand(options);
  });

withSources(withInput(quest.command("plan")))
  .description("show what a run would do with each file, without changing anything")
  .option("--json", "print the plan as one JSON document on stdout")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    `
Examples:
  $ quest plan
  $ quest plan --survey cu --source live --contact you@your.org
  $ quest plan --input '{"verify":true}' --json | jq .bytes`,
  )
  .addHelpText(
    "after",
    notes(
      "The exit code is 0 if a run would have nothing to do, 2 if it would have something to do, and 1 if the plan cannot be made.",
    ),
  )
  .action(async (options) => {
    const { planCommand } = await import("./plan.ts");
    process.exitCode = await planCommand(options);
  });

withSources(quest.command("surveys"))
  .description("list the surveys that BLS publishes, and what is mirrored from each")
  .option("--at-source", "ask the source for each survey's files (one request per survey)")
  .option("--json", "print the surveys as one JSON document on stdout")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest surveys\n  $ quest surveys --at-source --source live --contact you@your.org",
  )
  .action(async (options) => {
    const { surveysCommand } = await import("./surveys.ts");
    process.exitCode = await surveysCommand(options);
  });

quest
  .command("versions")
  .description("list the versions of a mirrored file, newest first")
  .argument("<file>", "a file, such as pr.class, pr/pr.class, or nation_population.json, or its key")
  .option("--json", "print the versions as one JSON document on stdout")
  .addOption(bucketPrefix())
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest versions pr.data.0.Current\n  $ quest versions cu/cu.area --json",
  )
  .action(async (file, options) => {
    const { versionsCommand } = await import("./versions.ts");
    process.exitCode = await versionsCommand(file, options);
  });

quest
  .command("restore")
  .description(
    "make an old version of a file current again; runs keep it until you accept the source's version",
  )
  .argument("<file>", "a file, such as pr.class, pr/pr.class, or nation_population.json, or its key")
  .requiredOption("--version <version>", "a version ID from quest versions, or a unique prefix of it")
  .option("--json", "print the new version as one JSON document on stdout")
  .addOption(bucketPrefix())
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest restore pr.class --version 06881c7a\n  $ quest run --accept-source pr.class         use the source's version again",
  )
  .action(async (file, options) => {
    const { restoreCommand } = await import("./versions.ts");
    process.exitCode = await restoreCommand(file, options);
  });

quest
  .command("audit")
  .description("show what runs did with each file: time, action, size, attempts, error")
  .option("--since <date>", "show only what happened since this day or time, such as 2026-09-01T12:30 (UTC)")
  .option("--file <name>", "show only this file, specified by its name or key")
  .option("--survey <survey>", "show only this survey (default: all surveys)")
  .option("--json", "print the audits as one JSON document on stdout")
  .addOption(bucketPrefix())
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest audit --since 2026-09-01\n  $ quest audit --file pr.class --json",
  )
  .addHelpText("after", notes("The exit code is 1 if --file is specified and no audit record matches."))
  .action(async (options) => {
    const { auditCommand } = await import("./audit.ts");
    process.exitCode = await auditCommand(options);
  });

quest
  .command("cost")
  .description("estimate what a run and a month of daily runs cost on AWS, based on the history of a run")
  .argument("[execution]", "the execution's name or ARN (default: the last execution that succeeded)")
  .option("--json", "print the estimate as one JSON document on stdout")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest cost\n  $ npx sst shell --stage production -- npx quest cost --stage production",
  )
  .action(async (execution, options) => {
    const { costCommand } = await import("./cost.ts");
    process.exitCode = await costCommand(execution, options);
  });

quest
  .command("prune")
  .description("remove old executions, reports, and object versions from the local AWS")
  .option(
    "--keep-last <n>",
    "keep the last n executions of each survey, and the last n versions of each object",
    countToKeep,
  )
  .option("--keep-within <age>", "keep what is newer than this age, such as 12h, 30d, 2w, 6m, or 1y", age)
  .option("--yes", "remove what is listed; without this option, nothing is removed")
  .option("--json", "print the result as one JSON document on stdout")
  .addOption(bucketPrefix())
  .addOption(stateDir())
  .addHelpText(
    "after",
    notes(
      "Everything that matches --keep-last or --keep-within is kept. Without these options, the defaults are --keep-last 10 --keep-within 90d. Reports that a kept execution refers to, the latest report of each survey, the current version of each object, and all audits are always kept.",
    ),
  )
  .addHelpText(
    "after",
    `
Examples:
  $ quest prune                                      what would be removed
  $ quest prune --keep-last 5 --yes
  $ quest prune --keep-within 30d --yes`,
  )
  .action(async (options) => {
    const { pruneCommand } = await import("./prune.ts");
    process.exitCode = await pruneCommand(options);
  });

withSources(quest.command("local"))
  .description("run the local AWS (S3 and Step Functions on one port) until Ctrl-C")
  .addOption(port())
  .option(
    "--survey <survey>",
    "survey to analyze again when a population file is put into Bronze; repeatable (default: pr)",
    collect,
  )
  .option("--json", "print the connection details as one JSON document on stdout")
  .addOption(stateDir())
  .addHelpText(
    "after",
    `
Examples:
  $ quest local --port 4566
  $ quest local --source live --contact you@your.org`,
  )
  .addHelpText(
    "after",
    notes(
      "In other terminals, the other quest commands find this local AWS and use it. With the printed variables, the AWS CLI and the AWS SDKs also use it:",
    ),
  )
  .addHelpText(
    "after",
    `  $ aws stepfunctions list-executions --state-machine-arn arn:aws:states:us-east-1:000000000000:stateMachine:Pipeline
  $ aws s3 cp corrected.json s3://data-quest-bronze/usa-api-sync/population/nation_population.json`,
  )
  .action(async (options) => {
    const { localCommand } = await import("./local.ts");
    process.exitCode = await localCommand(options);
  });

withSources(quest.command("console"))
  .description("run the web console until Ctrl-C: live executions, files, and reports")
  .argument("[execution]", "the name or ARN of an execution to open")
  .addOption(port())
  .option("--no-open", "print the link without opening a browser")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    `
Examples:
  $ quest console
  $ quest console 2026-09-03T12-30-00Z-1f3a
  $ npx sst shell --stage production -- npx quest console --stage production`,
  )
  .addHelpText(
    "after",
    notes(
      "The console uses the local AWS that is running for the state directory, or starts one. The link contains a token that signs a browser in. The token is valid until the console stops.",
    ),
  )
  .action(async (execution, options) => {
    const { consoleCommand } = await import("./console.ts");
    process.exitCode = await consoleCommand(execution, options);
  });

quest
  .command("trace")
  .description("write an execution to one HTML file that opens anywhere, without a network")
  .argument("[execution]", "the execution's name or ARN")
  .option("-o, --output <file>", "the file to write, or - for standard output (default: <execution>.html)")
  .option("--no-payloads", "leave out inputs, outputs, variables, and logs")
  .option("--from <files...>", "read events and a definition saved with the AWS CLI, instead of an execution")
  .addOption(stateDir())
  .addOption(stage())
  .addHelpText(
    "after",
    `
Examples:
  $ quest trace 2026-09-03T12-30-00Z-1f3a -o failed.html
  $ npx sst shell --stage production -- npx quest trace EXECUTION --stage production --no-payloads
  $ aws stepfunctions get-execution-history --execution-arn ARN > events.json
  $ aws stepfunctions describe-state-machine-for-execution --execution-arn ARN > definition.json
  $ quest trace --from events.json definition.json`,
  )
  .action(async (execution, options) => {
    const { traceCommand } = await import("./trace.ts");
    process.exitCode = await traceCommand(execution, options);
  });

quest
  .command("best-years")
  .description("show the best year of every series in any BLS data file")
  .argument("<file>", "a data file, or - for standard input")
  .addOption(
    new Option("--format <format>", "the output format").choices(["table", "csv", "json"]).default("table"),
  )
  .option("--include-averages", "include averages (M13, Q05, S03) in the sums", false)
  .addHelpText(
    "after",
    "\nExamples:\n  $ quest best-years pr.data.0.Current\n  $ curl -s https://... | quest best-years - --format csv > best-years.csv",
  )
  .action(async (file, options) => {
    const { bestYearsCommand } = await import("./best-years.ts");
    process.exitCode = await bestYearsCommand(file, options, process);
  });

quest
  .command("replica")
  .description("serve a folder of surveys as download.bls.gov does, until Ctrl-C")
  .argument("<dir>", "the folder that contains a folder for each survey, such as pr/")
  .addOption(port())
  .option("--population <file>", "a file with the population API's response (default: the bundled response)")
  .addHelpText(
    "after",
    "\nExample:\n  $ quest replica ./surveys --port 8080 --population ./population.json\n  $ quest run --source http://127.0.0.1:8080/pub/time.series/ --population-source http://127.0.0.1:8080/population",
  )
  .action(async (dir, options) => {
    const { replicaCommand } = await import("./replica.ts");
    process.exitCode = await replicaCommand(dir, options);
  });

quest
  .command("completion")
  .description("print a script with which a shell completes quest commands")
  .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
  .addHelpText(
    "after",
    `
Examples:
  $ source <(quest completion bash)          in ~/.bashrc
  $ source <(quest completion zsh)           in ~/.zshrc
  $ quest completion fish | source           in ~/.config/fish/config.fish`,
  )
  .addHelpText(
    "after",
    notes(
      "These lines need the command quest. Define it first, with the path of the project: alias quest=~/data-quest/node_modules/.bin/quest",
    ),
  )
  .action((shell) => {
    const [node = "", script = ""] = process.argv;
    process.stdout.write(completionScript(shell, [node, script]));
  });

// The completion scripts call this with the words up to the cursor.
quest
  .command("complete", { hidden: true })
  .argument("[words...]")
  .action(async (words: string[]) => {
    const { completeCommand } = await import("./complete.ts");
    await completeCommand(quest, words);
  });

// It is not an error if a reader closes the pipe early (`| head`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`quest: cannot write the output: ${error.message}\n`);
  process.exit(1);
});

try {
  await quest.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    const { failureOf } = await import("./failure.ts");
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    process.stderr.write(`quest: ${failure.message}\n`);
    process.exitCode = failure.exitCode;
  }
}
