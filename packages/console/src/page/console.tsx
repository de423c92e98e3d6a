/** The console's page. */
import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./grid.css";
import "./execution.css";
import "./json.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { setWorkerAddress } from "./lib/evaluate.ts";

const assets = document.querySelector('meta[name="quest-assets"]')?.getAttribute("content") ?? "";
setWorkerAddress(`${assets}/jsonata-worker.js`);

const root = document.getElementById("page");
if (root === null) throw new Error("The page has no element #page");
createRoot(root).render(<App />);
