// Takes pictures that are dropped or picked: many, or one.

import { useSignal } from "@preact/signals";

interface Props {
  isFull: boolean;
  isOne?: boolean;
  onFiles: (files: readonly File[]) => void;
}

export function PictureDrop({ isFull, isOne = false, onFiles }: Props) {
  const isOver = useSignal(false);
  return (
    <label
      class="drop"
      data-over={isOver.value}
      data-full={isFull}
      onDragOver={(event) => {
        event.preventDefault();
        isOver.value = !isFull;
      }}
      onDragLeave={() => {
        isOver.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isOver.value = false;
        if (!isFull) onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <input
        type="file"
        accept="image/*"
        multiple={!isOne}
        disabled={isFull}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = ""; // so that the same file can be picked again
        }}
      />
      <b>{isOne ? "Choose a photograph" : "Choose pictures"}</b>
      <span class="muted">{isOne ? "or drop it here" : "or drop them here"}</span>
    </label>
  );
}
