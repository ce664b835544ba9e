// The page's own elements: finding, copying and filling them. Data only ever becomes text, never markup.

/** @returns {any} the element with that id, which must exist */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element #${id}`);
  return found;
}

/** A copy of a template's only element. */
export function copyTemplate(id) {
  return element(id).content.firstElementChild.cloneNode(true);
}

/** Touches the document only if something changes, so that nothing is announced or laid out for nothing. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows a number; lights it up for a moment when it replaces another number. */
export function setNumber(target, value, text = String(value)) {
  const before = target.dataset.value;
  setText(target, text);
  target.dataset.value = String(value);
  if (before === undefined || before === String(value)) return;
  target.classList.remove("changed");
  void target.offsetWidth; // a style flush, without which the animation would not begin anew
  target.classList.add("changed");
}

/** Back to "not known". */
export function clearNumber(target) {
  delete target.dataset.value;
  target.classList.remove("changed");
  setText(target, "–");
}

/**
 * Makes the children of `parent` be one element per item, in order; the element of a known key stays.
 * @param {(item: any) => string} keyOf
 * @param {(item: any) => HTMLElement} make
 * @param {(element: any, item: any) => void} update
 */
export function showList(parent, items, keyOf, make, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const child = known.get(keyOf(item)) ?? make(item);
    child.dataset.key = keyOf(item);
    update(child, item);
    return child;
  });
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}
