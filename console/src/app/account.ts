// Who is signed in and what they may do.

import { computed, signal } from "@preact/signals";
import type { Me } from "../api/types";

export const me = signal<Me | null>(null);

export const isOperator = computed(() => me.value?.roles.includes("operator") ?? false);

export const isAdmin = computed(() => me.value?.roles.includes("admin") ?? false);
