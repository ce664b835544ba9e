// What the API does not know any more: that is an answer, and no failure of the connection.

import { Refused } from "../api/request";

/** For `catch`. */
export function goneIfUnknown(error: unknown): "gone" {
  if (error instanceof Refused && error.status === 404) return "gone";
  throw error;
}
