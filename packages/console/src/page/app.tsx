/** The frame of the console: navigation, the screen for the URL, and the dialog for new executions. */
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import type { SessionInfo } from "../api-types.ts";
import { useAnswer } from "./lib/api.ts";
import { usePath } from "./lib/location.ts";
import { Alert, Link } from "./parts/basics.tsx";
import { Sun } from "./parts/icons.tsx";
import { ExecutionScreen } from "./screens/execution.tsx";
import { ExecutionsScreen } from "./screens/executions.tsx";
import { FileScreen } from "./screens/file.tsx";
import { FilesScreen } from "./screens/files.tsx";
import { ReportScreen } from "./screens/report.tsx";
import { ReportsScreen } from "./screens/reports.tsx";
import { StartDialog } from "./screens/start-dialog.tsx";

const SECTIONS = [
  ["Executions", "/executions"],
  ["Files", "/files"],
  ["Reports", "/reports"],
] as const;

export function App() {
  const path = usePath();
  const session = useAnswer<SessionInfo>("/api/session");
  const [, , section = "executions"] = /^(\/)([^/]*)/.exec(path) ?? [];
  return (
    <>
      <a className="visually-hidden skip" href="#content">
        Skip to content
      </a>
      <header className="top">
        <Link to="/" className="brand">
          Data Quest
        </Link>
        <nav aria-label="Sections">
          {SECTIONS.map(([text, to]) => (
            <Link key={to} to={to} aria-current={to === `/${section || "executions"}` ? "page" : undefined}>
              {text}
            </Link>
          ))}
        </nav>
        <span className="deployment" title={session.value?.title}>
          {session.value?.title}
        </span>
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        {session.error !== undefined && <Alert kind="error">{session.error}</Alert>}
        <Screen path={path} session={session.value} />
      </main>
      <StartDialog session={session.value} />
    </>
  );
}

/** Decodes a part of the path. Invalid percent-encoding is kept as it is, and matches no page. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function Screen({ path, session }: { path: string; session: SessionInfo | undefined }) {
  const [section = "", first, ...rest] = path.split("/").slice(1).map(decoded);
  const key = rest.length === 0 ? first : [first, ...rest].join("/");
  switch (section) {
    case "":
    case "executions":
      return key ? <ExecutionScreen key={key} execution={key} /> : <ExecutionsScreen session={session} />;
    case "files":
      return key ? <FileScreen key={key} fileKey={key} /> : <FilesScreen />;
    case "reports":
      return first && rest[0] ? (
        <ReportScreen key={key} survey={first} execution={rest[0]} />
      ) : (
        <ReportsScreen />
      );
    default:
      return (
        <div className="stack">
          <h1>Not found</h1>
          <Alert kind="error">This page does not exist.</Alert>
        </div>
      );
  }
}

const THEME = "quest-theme";

/** Light or dark: the system's choice, until the user chooses. */
function ThemeButton() {
  const [theme, setTheme] = useState(() => readTheme());
  useEffect(() => {
    if (theme === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(THEME, theme);
    } catch {
      // A page opened from a file may have no storage: the choice then lasts as long as the page.
    }
  }, [theme]);
  const dark =
    theme === "dark" || (theme === "" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <Button
      className="button icon"
      aria-label={dark ? "Use the light scheme" : "Use the dark scheme"}
      onPress={() => setTheme(dark ? "light" : "dark")}
    >
      <Sun />
    </Button>
  );
}

function readTheme(): string {
  try {
    return localStorage.getItem(THEME) ?? "";
  } catch {
    return "";
  }
}
