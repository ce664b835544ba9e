// A month as files for payroll.

import { fetchPayFile, type PayFile } from "../api/attendance";
import type { Site } from "../api/types";
import { FileButton } from "../app/file_button";
import { datesOf } from "../app/dates";

const TYPES: { type: PayFile; name: string }[] = [
  { type: "csv", name: "CSV" },
  { type: "xlsx", name: "Excel" },
];

interface Props {
  site: Site;
  /** Null: all of the site. */
  employeeId: string | null;
  month: string;
}

export function PayFiles({ site, employeeId, month }: Props) {
  const dates = datesOf(month);
  const [first = month, last = month] = [dates[0], dates.at(-1)];
  return (
    <div class="files">
      {TYPES.map(({ type, name }) => (
        <FileButton
          key={type}
          name={`attendance-${employeeId ?? site.site_id}-${month}.${type}`}
          fetch={() => fetchPayFile(site.site_id, employeeId, first, last, type)}
        >
          Download {name}
        </FileButton>
      ))}
    </div>
  );
}
