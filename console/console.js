// Floorsight's page: sign in, then watch. The rest lies in the modules beside this one.

import { Dashboard } from "./dashboard.js";
import { element } from "./page.js";
import { Session } from "./session.js";
import { SignInForm } from "./sign_in.js";

const session = new Session();
const form = new SignInForm(session, () => {
  form.hide();
  dashboard.start();
});
const dashboard = new Dashboard(session, (message) => {
  dashboard.stop();
  form.show(message);
});

element("boot").hidden = true;
if (session.isOpen) dashboard.start();
else form.show();
