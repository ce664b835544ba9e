// Small drawings. They say nothing that the words beside them don't.

const PATHS = {
  in: "M11 3.5h4.5v13H11M3 10h8.5M8.3 6.6 11.7 10l-3.4 3.4",
  out: "M9 3.5H4.5v13H9M8.5 10H17M13.6 6.6 17 10l-3.4 3.4",
  person: "M10 9.2a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 17c.4-3.4 2.8-5.2 6-5.2s5.6 1.8 6 5.2",
  alert: "M10 3 2.5 16.5h15L10 3Zm0 5v4.2m0 2v.3",
  check: "m4 10.5 4 4 8-9",
  cross: "m5 5 10 10M15 5 5 15",
  pause: "M7 4.5v11M13 4.5v11",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5Zm7.5 2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark beside the name, as in public/icon.svg. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#12343b" />
      <path d="M7 22.5 25 9.5" stroke="#f4c95d" stroke-width="2.6" stroke-linecap="round" />
      <circle cx="11" cy="11.5" r="3.6" fill="#5fd3bc" />
      <circle cx="21" cy="21" r="3.6" fill="#f2f6f7" />
    </svg>
  );
}
