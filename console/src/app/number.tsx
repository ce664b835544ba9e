// A number that lights up for a moment when it replaces another one.

import { useRef } from "preact/hooks";
import { formatCount } from "./words";

interface Props {
  /** Undefined while it is not known. */
  value: number | undefined;
  as?: "b" | "dd" | "td" | "p";
  class?: string;
  testId?: string;
}

export function Count({ value, as: Tag = "b", class: extra = "", testId }: Props) {
  const seen = useRef<{ value: number | undefined; changes: number }>({ value, changes: 0 });
  if (seen.current.value !== value) {
    const changes = seen.current.changes + (seen.current.value === undefined ? 0 : 1);
    seen.current = { value, changes };
  }
  const { changes } = seen.current;
  // A new key makes a new element, without which the animation would not begin anew.
  return (
    <Tag key={changes} class={`number ${extra} ${changes ? "changed" : ""}`} data-testid={testId}>
      {value === undefined ? "–" : formatCount(value)}
    </Tag>
  );
}
