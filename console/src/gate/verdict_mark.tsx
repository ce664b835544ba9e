// What a gate decided, as a colour, a drawing and a word.

import type { Verdict } from "../api/types";
import { Icon } from "../app/icons";
import { VERDICT_ICONS, VERDICT_WORDS } from "./gate_words";

interface Props {
  verdict: Verdict;
  isLarge?: boolean;
}

export function VerdictMark({ verdict, isLarge = false }: Props) {
  return (
    <span class={isLarge ? "verdict-mark large" : "verdict-mark"} data-verdict={verdict}>
      <Icon name={VERDICT_ICONS[verdict]} />
      {VERDICT_WORDS[verdict]}
    </span>
  );
}
