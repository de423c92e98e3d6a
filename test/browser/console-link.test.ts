/** How `quest console` passes its link to the browser. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { launchChromium } from "./chromium.ts";
import { visitConsole } from "./console-page.ts";

const quest = fileURLToPath(new URL("../../packages/cli/bin/quest.js", import.meta.url));

test.skipIf(process.platform !== "linux")(
  "the token is not on any command line: a private file signs the browser in, and is removed when the console ends",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "quest-link-"));
    const opened = join(folder, "opened");
    writeFileSync(
      join(folder, "xdg-open"),
      `#!/bin/sh\nprintf %s "$*" > "${opened}.new"; mv "${opened}.new" "${opened}"\n`,
    );
    chmodSync(join(folder, "xdg-open"), 0o755);
    const child = spawn(process.execPath, [quest, "console", "--state-dir", join(folder, "state")], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    const browser = await launchChromium();
    try {
      await expect.poll(() => existsSync(opened)).toBe(true);
      const file = readFileSync(opened, "utf8");
      expect(file).toMatch(/^\/\S+\/open\.html$/);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const [, token = ""] = /token=([\w-]+)/.exec(readFileSync(file, "utf8")) ?? [];
      expect(token).toHaveLength(43);
      await visitConsole(
        browser,
        `file://${file}`,
        { allowed: /^a request to http:\/\/127\.0\.0\.1:/ },
        async (page) => {
          await page.getByRole("heading", { name: "Executions" }).waitFor();
          expect(page.url()).not.toContain(token);
        },
      );
      child.kill("SIGTERM");
      await ended;
      expect(existsSync(file)).toBe(false);
    } finally {
      child.kill("SIGKILL");
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
);
