/**
 * One file of the mirror: its versions, the differences between two of them, restoring one, and its audit.
 */
import { useState } from "react";
import {
  Button,
  Dialog,
  DialogTrigger,
  Heading,
  Modal,
  ModalOverlay,
  Radio,
  RadioGroup,
} from "react-aria-components";
import type { AuditEntry, FileReport, FileVersion } from "../../api-types.ts";
import { call, messageOf, useAnswer } from "../lib/api.ts";
import { setParameters, useParameters } from "../lib/location.ts";
import { Alert, Breadcrumbs, Bytes, Link, Moment, Panel, TableScroll } from "../parts/basics.tsx";
import { FileDifference } from "../parts/file-difference.tsx";
import { StatusText } from "../parts/status.tsx";

export function FileScreen({ fileKey }: { fileKey: string }) {
  const query = encodeURIComponent(fileKey);
  const versions = useAnswer<FileVersion[]>(`/api/files/versions?key=${query}`);
  const audit = useAnswer<AuditEntry[]>(`/api/files/audit?key=${query}`);
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
        {versions.error !== undefined && <Alert kind="error">{versions.error}</Alert>}
        {versions.value && <Versions fileKey={fileKey} versions={versions.value} reload={versions.reload} />}
        <Reports fileKey={fileKey} marked={parameters.get("version")} />
        <Audit entries={audit.value} error={audit.error} />
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
        <TableScroll label="Versions">
          <table>
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Stored</th>
                <th scope="col" className="end">
                  Size
                </th>
                <th scope="col">SHA-256</th>
                <th scope="col">Written by</th>
                <th scope="col">Source's time</th>
                <th scope="col">Compare</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {versions.map((version) => (
                <tr
                  key={version.versionId}
                  className={version.versionId === marked ? "marked" : undefined}
                  aria-current={version.versionId === marked}
                >
                  <th scope="row" className="mono">
                    {version.versionId.slice(0, 12)}…{" "}
                    {version.current && <span className="badge">current</span>}{" "}
                    {version.held !== null && <span className="badge">held</span>}
                  </th>
                  <td>
                    <Moment time={version.storedAt} />
                  </td>
                  <td className="end">{version.removed ? "removed" : <Bytes bytes={version.bytes} />}</td>
                  <td className="mono" title={version.sha256 ?? undefined}>
                    {version.sha256?.slice(0, 12)}
                  </td>
                  <td>
                    <Writer fileKey={fileKey} version={version} />
                  </td>
                  <td>
                    <Moment time={version.sourceModified} />
                  </td>
                  <td>
                    {!version.removed && withBytes.length > 1 && (
                      <div className="row">
                        <Side name="before" version={version} value={before} />
                        <Side name="after" version={version} value={after} />
                      </div>
                    )}
                  </td>
                  <td>
                    {!version.removed && (
                      <div className="row nowrap">
                        <a
                          className="button link"
                          download
                          href={`/api/files/content?key=${encodeURIComponent(fileKey)}&version=${encodeURIComponent(version.versionId)}`}
                        >
                          Download
                        </a>
                        {!version.current && (
                          <Restore fileKey={fileKey} version={version} restored={reload} />
                        )}
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
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
      aria-label={`Compare ${version.versionId.slice(0, 12)} as ${name}`}
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

/** The execution that wrote a version, as a link to the step that wrote it. */
function Writer({ fileKey, version }: { fileKey: string; version: FileVersion }) {
  if (version.execution === null)
    return <>{version.removed ? "-" : version.held === "restored" ? "a restore" : "an operator"}</>;
  return (
    <Link
      to={`/executions/${encodeURIComponent(version.execution)}?view=files&step=${encodeURIComponent(`file:${fileKey}`)}`}
    >
      {version.execution.split(":").at(-1)}
    </Link>
  );
}

function Restore({
  fileKey,
  version,
  restored,
}: {
  fileKey: string;
  version: FileVersion;
  restored: () => void;
}) {
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const restore = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await call("/api/files/restore", { key: fileKey, versionId: version.versionId });
      setOpen(false);
      restored();
    } catch (reason) {
      setError(messageOf(reason));
    } finally {
      setBusy(false);
    }
  };
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <Button className="button link">Restore</Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog">
            <header>
              <Heading slot="title" level={2}>
                Restore this version?
              </Heading>
            </header>
            <div className="content">
              <p>
                The content of <code>{version.versionId}</code> becomes the current version of {fileKey}, and
                is held: runs keep it until one accepts the source's version. Another restore undoes this one.
              </p>
              {error !== undefined && <Alert kind="error">{error}</Alert>}
            </div>
            <footer>
              <Button className="button link" slot="close">
                Cancel
              </Button>
              <Button className="button primary" isDisabled={busy} onPress={restore}>
                Restore
              </Button>
            </footer>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

/** Links from a version to the reports that were computed from it. */
function Reports({ fileKey, marked }: { fileKey: string; marked: string | null }) {
  const { value, error } = useAnswer<FileReport[]>(`/api/files/reports?key=${encodeURIComponent(fileKey)}`);
  return (
    <Panel title="Reports from this file">
      {error !== undefined && <Alert kind="error">{error}</Alert>}
      {value?.length === 0 && <p className="empty">No report was computed from this file.</p>}
      {value !== undefined && value.length > 0 && (
        <TableScroll label="Reports from this file" bounded>
          <table>
            <thead>
              <tr>
                <th scope="col">Report</th>
                <th scope="col">Survey</th>
                <th scope="col">From the version</th>
                <th scope="col">Written</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ survey, execution, time, versionId }) => (
                <tr
                  key={`${survey}/${execution}`}
                  className={versionId === marked ? "marked" : undefined}
                  aria-current={versionId === marked}
                >
                  <th scope="row">
                    <Link to={`/reports/${survey}/${encodeURIComponent(execution)}`}>{execution}</Link>
                  </th>
                  <td>{survey}</td>
                  <td>
                    <Link className="mono" to={`/files/${fileKey}?version=${encodeURIComponent(versionId)}`}>
                      {versionId.slice(0, 12)}
                    </Link>
                  </td>
                  <td>
                    <Moment time={time} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </Panel>
  );
}

function Audit({
  entries,
  error,
}: {
  entries: readonly AuditEntry[] | undefined;
  error: string | undefined;
}) {
  return (
    <Panel title="Audit">
      {error !== undefined && <Alert kind="error">{error}</Alert>}
      {entries?.length === 0 && <p className="empty">No run has done anything with this file.</p>}
      {entries !== undefined && entries.length > 0 && (
        <TableScroll label="Audit">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Execution</th>
                <th scope="col">Action</th>
                <th scope="col">Why</th>
                <th scope="col" className="end">
                  Size
                </th>
                <th scope="col" className="end">
                  Attempts
                </th>
                <th scope="col">Error</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={`${entry.execution} ${entry.time}`}>
                  <td>
                    <Moment time={entry.time} />
                  </td>
                  <td>
                    <Link
                      to={`/executions/${encodeURIComponent(entry.execution)}?view=files&step=${encodeURIComponent(`file:${entry.file}`)}`}
                    >
                      {entry.execution}
                    </Link>
                  </td>
                  <td>
                    <StatusText status={entry.action} />
                  </td>
                  <td>{entry.reason}</td>
                  <td className="end">
                    <Bytes bytes={entry.bytes} />
                  </td>
                  <td className="end">{entry.attempts}</td>
                  <td>{entry.error}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </Panel>
  );
}
