// The sign-in form.

import { Refused } from "./api.js";
import { element, setText } from "./page.js";

const MESSAGES = {
  wrong_credentials: "That user name and password don't match. Check both and try again.",
  new_password_required: "Your password was a temporary one. Choose a new one to go on.",
  user_not_confirmed: "This user was never confirmed. Ask your administrator.",
  password_reset_required: "Your password was reset. Ask your administrator for the new one.",
};

export class SignInForm {
  #session;
  #onDone;

  constructor(session, onDone) {
    this.#session = session;
    this.#onDone = onDone;
    element("sign-in-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  show(message = "") {
    element("sign-in").hidden = false;
    element("new-password-field").hidden = true;
    setText(element("sign-in-message"), message);
    element("username").focus();
  }

  hide() {
    element("sign-in").hidden = true;
    element("sign-in-form").reset();
  }

  async #submit() {
    const [username, password, chosen] = ["username", "password", "new-password"].map((id) => element(id).value);
    if (!username.trim() || !password) {
      setText(element("sign-in-message"), "Enter your user name and your password.");
      element(username.trim() ? "password" : "username").focus();
      return;
    }
    const button = element("sign-in-button");
    button.disabled = true;
    setText(button, "Signing in…");
    setText(element("sign-in-message"), "");
    try {
      await this.#session.signIn(username.trim(), password, chosen);
      this.#onDone();
    } catch (error) {
      this.#explain(error);
    } finally {
      button.disabled = false;
      setText(button, "Sign in");
    }
  }

  #explain(error) {
    if (!(error instanceof Refused)) {
      setText(element("sign-in-message"), `${error.message}. Check your network, then try again.`);
      return;
    }
    const asksForNew = error.code === "new_password_required";
    if (asksForNew) element("new-password-field").hidden = false;
    setText(element("sign-in-message"), MESSAGES[error.code] ?? error.message);
    element(asksForNew ? "new-password" : "password").focus();
  }
}
