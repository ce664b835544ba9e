// The sign-in form.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refused } from "../api/request";
import { session } from "../api/session";
import { Mark } from "./icons";
import { toError } from "./polling";

const MESSAGES: Record<string, string> = {
  wrong_credentials: "That user name and password don't match. Check both and try again.",
  new_password_required: "Your password was a temporary one. Choose a new one to go on.",
  user_not_confirmed: "This user was never confirmed. Ask your administrator.",
  password_reset_required: "Your password was reset. Ask your administrator for the new one.",
};

export function SignIn() {
  const form = useRef<HTMLFormElement>(null);
  const message = useSignal(session.farewell.peek());
  const busy = useSignal(false);
  const asksForNew = useSignal(false);
  const focus = (name: string) => form.current?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.focus();

  useEffect(() => focus("username"), []);
  useEffect(() => {
    if (asksForNew.value) focus("new-password");
  }, [asksForNew.value]);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(form.current ?? undefined);
    const [username, password, chosen] = ["username", "password", "new-password"].map((name) =>
      String(data.get(name) ?? ""),
    ) as [string, string, string];
    if (!username.trim() || !password) {
      message.value = "Enter your user name and your password.";
      focus(username.trim() ? "password" : "username");
      return;
    }
    busy.value = true;
    message.value = "";
    try {
      await session.signIn(username.trim(), password, chosen);
    } catch (error) {
      explain(toError(error));
    } finally {
      busy.value = false;
    }
  }

  function explain(error: Error): void {
    if (!(error instanceof Refused)) {
      message.value = `${error.message}. Check your network, then try again.`;
      return;
    }
    if (error.code === "new_password_required") asksForNew.value = true;
    else focus("password");
    message.value = MESSAGES[error.code] ?? error.message;
  }

  return (
    <main class="sign-in">
      <form ref={form} class="card sign-in-card" noValidate onSubmit={submit}>
        <h1 class="brand">
          <Mark size={32} />
          Floorsight
        </h1>
        <div class="lead">
          <p class="message" role="alert">
            {message}
          </p>
          <p class="muted">Sign in to see how many people are inside.</p>
        </div>
        <label class="field">
          User name
          <input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </label>
        <label class="field">
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {asksForNew.value && (
          <label class="field">
            New password
            <input name="new-password" type="password" autocomplete="new-password" />
          </label>
        )}
        <button class="button primary" type="submit" disabled={busy.value}>
          {busy.value ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
