// A plate's text as one reads it from afar.

interface Props {
  text: string;
  isLarge?: boolean;
}

export function Plate({ text, isLarge = false }: Props) {
  return <span class={isLarge ? "plate large" : "plate"}>{text}</span>;
}
