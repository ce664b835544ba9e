// A modal dialog, shown as long as it is rendered.

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  title: string;
  /** For what has a picture or a table. */
  isWide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, isWide = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => {
        // A click beside it closes it, as people expect.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

interface FootProps {
  /** Why it was not done; "" as long as nothing is wrong. Left out where it is said elsewhere. */
  message?: ReadonlySignal<string> | string;
  /** What the one button says that does it. */
  action: string;
  isDangerous?: boolean;
  isDisabled?: boolean;
  /** Without it the form around is submitted. */
  onAction?: () => void;
  /** What the button says that leaves everything as it is. */
  back?: string;
  isBackDisabled?: boolean;
  onBack: () => void;
  /** More buttons, before these two. */
  children?: ComponentChildren;
}

/** How a dialog or a form ends: what is wrong, the way back, and what it is for. */
export function DialogFoot({
  message,
  action,
  isDangerous = false,
  isDisabled = false,
  onAction,
  back = "Cancel",
  isBackDisabled = false,
  onBack,
  children,
}: FootProps) {
  return (
    <>
      {message !== undefined && (
        <p class="message" role="alert">
          {message}
        </p>
      )}
      <div class="dialog-actions">
        {children}
        <button class="button" type="button" disabled={isBackDisabled} onClick={onBack}>
          {back}
        </button>
        <button
          class={isDangerous ? "button danger" : "button primary"}
          type={onAction ? "button" : "submit"}
          disabled={isDisabled}
          onClick={onAction}
        >
          {action}
        </button>
      </div>
    </>
  );
}
