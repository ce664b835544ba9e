// Floorsight's page.

import "./styles/base.css";
import "./styles/shell.css";
import "./styles/live.css";
import "./styles/alerts.css";
import "./styles/charts.css";
import "./styles/editor.css";
import "./styles/people.css";
import "./styles/gate.css";
import "./styles/gate_log.css";
import { render } from "preact";
import { App } from "./app/app";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no element #app");
root.replaceChildren();
render(<App />, root);
