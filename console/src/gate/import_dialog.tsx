// Many vehicles from a file: checked first, and saved only if nothing is wrong.

import { useSignal } from "@preact/signals";
import { Refused, Unreachable } from "../api/request";
import type { ImportResult, Site } from "../api/types";
import { importVehicles } from "../api/vehicles";
import { useActing } from "../app/acting";
import { describeFault } from "../app/connection";
import { Dialog, DialogFoot } from "../app/dialog";
import { describeImport, faultsByLine, type LineFault } from "./list_words";

interface Props {
  site: Site;
  onDone: (words: string) => void;
  onClose: () => void;
}

interface Checked {
  file: File;
  lines: readonly string[];
  /** What it would come to; null if something is wrong with it. */
  result: ImportResult | null;
  faults: readonly LineFault[];
}

export function ImportDialog({ site, onDone, onClose }: Props) {
  const chosen = useSignal("");
  const checked = useSignal<Checked | null>(null);
  const { act, busy, message } = useActing(describeRefusal);

  async function check(file: File): Promise<void> {
    chosen.value = file.name;
    checked.value = null;
    await act(async () => {
      const lines = (await file.text()).split(/\r\n|\r|\n/);
      try {
        const result = await importVehicles(site.site_id, file, true);
        checked.value = { file, lines, result, faults: [] };
      } catch (error) {
        if (!(error instanceof Refused) || !error.problem.errors?.length) throw error;
        checked.value = { file, lines, result: null, faults: faultsByLine(error.problem.errors) };
      }
    });
  }

  async function save(): Promise<void> {
    const file = checked.peek()?.file;
    if (!file) return;
    await act(async () => {
      onDone(`Imported. ${describeImport(await importVehicles(site.site_id, file, false))}`);
      onClose();
    });
  }

  const found = checked.value;
  return (
    <Dialog title="Import vehicles" isWide onClose={onClose}>
      <div class="dialog-form">
        <p class="muted">
          A CSV file with a header: <code>list,plate,valid_from,valid_until,reason,host,max_visits,note</code>
          , of which <code>list</code> (blocked, allowed or visitor) and <code>plate</code> are needed. All
          rows are checked first; if one is wrong, nothing is saved. Vehicles that the file does not name
          stay.
        </p>
        <FileField chosen={chosen.value} isBusy={busy.value} onFile={check} />
        <p class="said" role="status">
          {busy.value && !found && "Checking the file…"}
          {found?.result && `Nothing is wrong with it. ${describeImport(found.result)}`}
        </p>
        {found?.result && <Corrections result={found.result} />}
        {found && found.faults.length > 0 && <Faults checked={found} />}
        <DialogFoot
          message={message}
          action={busy.value && found ? "Importing…" : "Import"}
          isDisabled={busy.value || !found?.result}
          onAction={save}
          onBack={onClose}
        />
      </div>
    </Dialog>
  );
}

interface FileProps {
  /** The name of the file that was chosen last; "" for none. */
  chosen: string;
  isBusy: boolean;
  onFile: (file: File) => Promise<void>;
}

function FileField({ chosen, isBusy, onFile }: FileProps) {
  return (
    <label class="field">
      File
      <input
        type="file"
        accept=".csv,text/csv"
        disabled={isBusy}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void onFile(file);
          event.currentTarget.value = ""; // so that the same file can be chosen again, corrected
        }}
      />
      {chosen && <span class="hint muted">Chosen: {chosen}</span>}
    </label>
  );
}

function Corrections({ result: { corrected } }: { result: ImportResult }) {
  if (!corrected.length) return null;
  return (
    <details>
      <summary>
        {corrected.length === 1 ? "1 plate is corrected" : `${corrected.length} plates are corrected`} by its
        format
      </summary>
      <ul class="plain-list number">
        {corrected.map(({ line, typed, plate }) => (
          <li key={line}>
            Line {line}: {typed} is {plate}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Faults({ checked: { faults, lines } }: { checked: Checked }) {
  return (
    <div role="alert">
      <p class="note">
        {faults.length === 1 ? "Something is" : `${faults.length} things are`} wrong with the file, so nothing
        is saved. Correct it and choose it again.
      </p>
      <section class="table-scroll" tabIndex={0} aria-label="What is wrong, by line">
        <table class="faults">
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {faults.map(({ line, column, message }, index) => (
              <tr key={index}>
                <th scope="row" class="number">
                  {line ?? "–"}
                </th>
                <td>{column || "–"}</td>
                <td>
                  {message}
                  {line !== null && <code class="of-file">{lines[line - 1]}</code>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

/** An import that broke off is gone on with by the same file. */
function describeRefusal(error: Error): string {
  if (error instanceof Unreachable)
    return `${error.message}. Import the same file again: what is saved already stays as it is.`;
  return describeFault(error);
}
