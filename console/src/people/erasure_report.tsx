// What an erasure removed, and where copies may still be.

import type { Erasure } from "../api/types";
import { listRemoved } from "./employee_words";

export function ErasureReport({ report, onClose }: { report: Erasure; onClose: () => void }) {
  const removed = listRemoved(report.removed);
  return (
    <div class="dialog-form">
      <div role="status">
        <p>
          <b>{report.finished_at ? "It is done." : "It is not finished: ask again, and it goes on."}</b>{" "}
          {removed.length ? "Removed:" : "There was nothing to remove."}
        </p>
        {removed.length > 0 && (
          <ul class="plain-list">
            {removed.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        )}
      </div>
      <details>
        <summary>Where copies may still be, and for how long</summary>
        <ul class="plain-list muted">
          {report.what_is_left.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      </details>
      <div class="dialog-actions">
        <button class="button primary" type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}
