/**
 * One file of the mirror: its versions, version differences, restoring a version, and the audit of the file.
 */
import { Button, Radio, RadioGroup } from "react-aria-components";
import type { AuditEntry, FileReport, FileVersion } from "../../api-types.ts";
import { call, useAnswer } from "../lib/api.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { stepAbout } from "../lib/step-links.ts";
import { Answered, AnsweredList } from "../parts/answered.tsx";
import { Alert, Breadcrumbs, Bytes, Link, Moment, Panel } from "../parts/basics.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { FileDifference } from "../parts/file-difference.tsx";
import { PlainTable } from "../parts/plain-table.tsx";
import { StatusText } from "../parts/status.tsx";

export function FileScreen({ fileKey }: { fileKey: string }) {
  const query = encodeURIComponent(fileKey);
  const versions = useAnswer<FileVersion[]>(`/api/files/versions?key=${query}`);
  const parameters = useParameters();
  const held = versions.value?.find(({ current, held: why }) => current && why !== null);
  return (
    <>
      <Breadcrumbs items={[["Files", "/files"]]} />
      <div className="stack">
        <div className="spread">
          <h1>{fileKey.split("/").at(-1)}</h1>
          {held && (
            <Button className="button" onPress={() => acceptSource(fileKey)}>
              Accept the source
            </Button>
          )}
        </div>
        <p className="mono faint">{fileKey}</p>
        {held && (
          <Alert kind="warning">
            This file is held ({held.held}): runs keep it and report it, until one accepts the source's
            version.
          </Alert>
        )}
        <Answered answer={versions}>
          {(found) => <Versions fileKey={fileKey} versions={found} reload={versions.reload} />}
        </Answered>
        <Reports fileKey={fileKey} marked={parameters.get("version")} />
        <Audit fileKey={fileKey} />
      </div>
    </>
  );
}

/** Opens the dialog for a new execution with an input that accepts the source's version of a file. */
function acceptSource(key: string): void {
  const survey = /^bls\/([^/]+)\//.exec(key)?.[1];
  const input = { ...(survey === undefined ? {} : { survey }), acceptSource: [key] };
  setParameters({ start: JSON.stringify(input) }, { push: true });
}

function Versions({
  fileKey,
  versions,
  reload,
}: {
  fileKey: string;
  versions: readonly FileVersion[];
  reload: () => void;
}) {
  const parameters = useParameters();
  const marked = parameters.get("version");
  const withBytes = versions.filter(({ removed }) => !removed);
  const after = parameters.get("after") ?? withBytes[0]?.versionId ?? "";
  const before = parameters.get("before") ?? withBytes[1]?.versionId ?? "";
  if (versions.length === 0) return <Alert kind="info">This file was never in the mirror.</Alert>;
  return (
    <>
      <Panel title={`Versions (${versions.length})`}>
        <PlainTable
          label="Versions"
          rows={versions}
          keyOf={({ versionId }) => versionId}
          isMarked={({ versionId }) => versionId === marked}
          columns={[
            {
              name: "Version",
              mono: true,
              rowHeader: true,
              cell: ({ versionId, current, held }) => (
                <>
                  {versionId.slice(0, 12)}… {current && <span className="badge">current</span>}{" "}
                  {held !== null && <span className="badge">held</span>}
                </>
              ),
            },
            { name: "Stored", cell: ({ storedAt }) => <Moment time={storedAt} /> },
            {
              name: "Size",
              end: true,
              cell: ({ removed, bytes }) => (removed ? "removed" : <Bytes bytes={bytes} />),
            },
            {
              name: "SHA-256",
              mono: true,
              cell: ({ sha256 }) => <span title={sha256 ?? undefined}>{sha256?.slice(0, 12)}</span>,
            },
            { name: "Written by", cell: (version) => <Writer fileKey={fileKey} version={version} /> },
            { name: "Source's time", cell: ({ sourceModified }) => <Moment time={sourceModified} /> },
            {
              name: "Compare",
              cell: (version) =>
                !version.removed &&
                withBytes.length > 1 && (
                  <div className="row">
                    <Side name="before" version={version} value={before} />
                    <Side name="after" version={version} value={after} />
                  </div>
                ),
            },
            {
              name: "",
              cell: (version) =>
                !version.removed && (
                  <div className="row nowrap">
                    <a
                      className="button link"
                      download
                      href={`/api/files/content?key=${encodeURIComponent(fileKey)}&version=${encodeURIComponent(version.versionId)}`}
                    >
                      Download
                    </a>
                    {!version.current && <Restore fileKey={fileKey} version={version} restored={reload} />}
                  </div>
                ),
            },
          ]}
        />
      </Panel>
      {before !== "" && before !== after && (
        <FileDifference fileKey={fileKey} before={before} after={after} />
      )}
    </>
  );
}

function Side({ name, version, value }: { name: "before" | "after"; version: FileVersion; value: string }) {
  return (
    <RadioGroup
      aria-label={`Use version ${version.versionId.slice(0, 12)} as "${name}"`}
      value={value}
      onChange={(versionId) => setParameters({ [name]: versionId })}
    >
      <Radio value={version.versionId} className="radio">
        <span className="dot" aria-hidden="true" />
        {name}
      </Radio>
    </RadioGroup>
  );
}

type VersionProps = { fileKey: string; version: FileVersion };

/** The execution that wrote a version, as a link to the step that wrote it. */
function Writer({ fileKey, version }: VersionProps) {
  if (version.execution === null)
    return <>{version.removed ? "-" : version.held === "restored" ? "a restore" : "an operator"}</>;
  return <Link to={stepAbout(version.execution, fileKey)}>{version.execution.split(":").at(-1)}</Link>;
}

function Restore({ fileKey, version, restored }: VersionProps & { restored: () => void }) {
  return (
    <Confirm
      label="Restore"
      className="button link"
      title="Restore this version?"
      confirm="Restore"
      act={async () => {
        await call("/api/files/restore", { key: fileKey, versionId: version.versionId });
        restored();
      }}
    >
      <p>
        The content of <code>{version.versionId}</code> becomes the current version of {fileKey}, and is held:
        runs keep it until one accepts the source's version. Another restore undoes this one.
      </p>
    </Confirm>
  );
}

/** Links from a version to the reports that were computed from it. */
function Reports({ fileKey, marked }: { fileKey: string; marked: string | null }) {
  const answer = useAnswer<readonly FileReport[]>(`/api/files/reports?key=${encodeURIComponent(fileKey)}`);
  return (
    <Panel title="Reports from this file">
      <AnsweredList answer={answer} empty="No report was computed from this file.">
        {(reports) => (
          <PlainTable
            label="Reports from this file"
            bounded
            rows={reports}
            keyOf={({ survey, execution }) => `${survey}/${execution}`}
            isMarked={({ versionId }) => versionId === marked}
            columns={[
              {
                name: "Report",
                rowHeader: true,
                cell: ({ survey, execution }) => (
                  <Link to={`/reports/${survey}/${encodeURIComponent(execution)}`}>{execution}</Link>
                ),
              },
              { name: "Survey", cell: ({ survey }) => survey },
              {
                name: "From the version",
                mono: true,
                cell: ({ versionId }) => (
                  <Link to={`/files/${fileKey}?version=${encodeURIComponent(versionId)}`}>
                    {versionId.slice(0, 12)}
                  </Link>
                ),
              },
              { name: "Written", cell: ({ time }) => <Moment time={time} /> },
            ]}
          />
        )}
      </AnsweredList>
    </Panel>
  );
}

function Audit({ fileKey }: { fileKey: string }) {
  const answer = useAnswer<readonly AuditEntry[]>(`/api/files/audit?key=${encodeURIComponent(fileKey)}`);
  return (
    <Panel title="Audit">
      <AnsweredList answer={answer} empty="No run has done anything with this file.">
        {(entries) => (
          <PlainTable
            label="Audit"
            rows={entries}
            keyOf={({ execution, time }) => `${execution} ${time}`}
            columns={[
              { name: "Time", cell: ({ time }) => <Moment time={time} /> },
              {
                name: "Execution",
                cell: ({ execution }) => <Link to={stepAbout(execution, fileKey)}>{execution}</Link>,
              },
              { name: "Action", cell: ({ action }) => <StatusText status={action} /> },
              { name: "Why", cell: ({ reason }) => reason },
              { name: "Size", end: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
              { name: "Attempts", end: true, cell: ({ attempts }) => attempts },
              { name: "Error", cell: ({ error }) => error },
            ]}
          />
        )}
      </AnsweredList>
    </Panel>
  );
}
