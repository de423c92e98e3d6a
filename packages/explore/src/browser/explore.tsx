import { render } from "preact";
import { App } from "./app.tsx";

const root = document.getElementById("explore");
if (root === null) throw new Error("The page has no element for Explore");
render(<App />, root);
