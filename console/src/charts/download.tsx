// History as a file.

import { fetchHistoryFile, type HistoryOf, type Level } from "../api/floorsight";
import { FileButton } from "../app/file_button";

interface Props {
  of: HistoryOf;
  level: Level;
  from: number;
  to: number;
}

export function DownloadButton({ of, level, from, to }: Props) {
  return (
    <FileButton name={`${of.id}-${level}.csv`} fetch={() => fetchHistoryFile(of, level, from, to)}>
      Download CSV
    </FileButton>
  );
}
