// Names as people write them, and ids made of them.

/** An id that the API takes, made from a name: Jürgen Groß is juergen-gross. */
export function suggestId(name: string): string {
  return plain(name)
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

/** The same with a number after it, if others have it. */
export function freeId(wanted: string, taken: readonly string[]): string {
  let id = wanted;
  for (let number = 2; taken.includes(id); number++) id = `${wanted}-${number}`;
  return id;
}

const SPELLED: { [letter: string]: string } = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ø: "o", æ: "ae", ł: "l" };

/** Lower case, without accents. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFC")
    .replaceAll(/[äöüßøæł]/g, (letter) => SPELLED[letter] ?? letter)
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "");
}
