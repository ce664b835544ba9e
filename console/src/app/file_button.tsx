// A file of the API's: fetched with the token, then handed to the browser.

import type { ComponentChildren } from "preact";
import { useActing } from "./acting";

interface Props {
  name: string;
  fetch: () => Promise<Blob>;
  children: ComponentChildren;
}

export function FileButton({ name, fetch, children }: Props) {
  const { act, busy, message } = useActing();
  return (
    <>
      <button
        class="button small"
        type="button"
        disabled={busy.value}
        onClick={() => act(async () => save(await fetch(), name))}
      >
        {children}
      </button>
      {message.value && (
        <span class="fault" role="alert">
          {message}
        </span>
      )}
    </>
  );
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
