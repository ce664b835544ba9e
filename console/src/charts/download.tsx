// History as a file: fetched with the token, then handed to the browser.

import { useSignal } from "@preact/signals";
import { fetchHistoryFile, type HistoryOf, type Level } from "../api/floorsight";
import { SessionEnded, session } from "../api/session";
import { describeFault } from "../app/connection";
import { toError } from "../app/polling";

interface Props {
  of: HistoryOf;
  level: Level;
  from: number;
  to: number;
}

export function DownloadButton({ of, level, from, to }: Props) {
  const fault = useSignal("");

  async function download(): Promise<void> {
    fault.value = "";
    try {
      save(await fetchHistoryFile(of, level, from, to), `${of.id}-${level}.csv`);
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      fault.value = describeFault(toError(error));
    }
  }

  return (
    <>
      <button class="button small" type="button" onClick={download}>
        Download CSV
      </button>
      {fault.value && (
        <span class="fault" role="alert">
          {fault}
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
