// What a person does that changes something: one thing at a time, and what came of it.

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { SessionEnded, session } from "../api/session";
import { describeFault } from "./connection";
import { toError } from "./polling";

export interface Acting {
  /** Does it unless something is being done; answers whether it was done. */
  act: (action: () => Promise<unknown>) => Promise<boolean>;
  busy: ReadonlySignal<boolean>;
  /** Why the last one failed; "" if it did not. */
  message: ReadonlySignal<string>;
  /** Says what is wrong without asking the API. */
  refuse: (message: string) => void;
}

/** @param describe the words for a failure, where the API's own don't help */
export function useActing(describe: (error: Error) => string = describeFault): Acting {
  const busy = useSignal(false);
  const message = useSignal("");
  async function act(action: () => Promise<unknown>): Promise<boolean> {
    if (busy.peek()) return false;
    busy.value = true;
    message.value = "";
    try {
      await action();
      return true;
    } catch (error) {
      if (error instanceof SessionEnded) session.end(error.message);
      message.value = describe(toError(error));
      return false;
    } finally {
      busy.value = false;
    }
  }
  return {
    act,
    busy,
    message,
    refuse: (words) => {
      message.value = words;
    },
  };
}
