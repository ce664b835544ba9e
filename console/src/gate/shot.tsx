// A picture that a passage kept.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { nameOfPicture } from "./passage_words";

interface Props {
  url: string | null;
  of: "vehicle" | "plate";
  alt: string;
}

/** A later reading of the passage may have another picture. */
export function Shot(props: Props) {
  return <Picture key={nameOfPicture(props.url)} {...props} />;
}

/** Each answer has a new link to the same picture; the first serves as long as it is shown. */
function Picture({ url, of, alt }: Props) {
  const first = useRef(url).current;
  const isGone = useSignal(false);
  if (!first || isGone.value)
    return (
      <span class={`shot ${of} none muted`}>{of === "vehicle" ? "No picture" : "No picture of a plate"}</span>
    );
  return (
    <img
      class={`shot ${of}`}
      src={first}
      alt={alt}
      onError={() => {
        isGone.value = true;
      }}
    />
  );
}
