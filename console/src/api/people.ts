// What the page asks the API about employees, their faces, and people whom nobody knows.

import { get, getAll, send } from "./asking";
import { session } from "./session";
import { toBase64 } from "../app/images";
import type {
  Employee,
  EmployeeFields,
  Erasure,
  Face,
  FaceList,
  Listing,
  NamedReview,
  NewEmployee,
  Review,
} from "./types";

const REVIEWS_AT_ONCE = 30;

export const listEmployees = (siteId: string, signal: AbortSignal) =>
  getAll<Employee>("employees", { site_id: siteId }, signal);

export const getEmployee = (employeeId: string, signal: AbortSignal) =>
  get<Employee>(employee(employeeId), {}, signal);

export const createEmployee = (body: NewEmployee) => send<Employee>("POST", "employees", body);

/** Changes an employee who still is at the revision that was read. */
export const updateEmployee = (employeeId: string, fields: EmployeeFields, revision: number) =>
  send<Employee>("PUT", employee(employeeId), { ...fields, revision });

export const recordConsent = (employeeId: string, version: string) =>
  send<Employee>("PUT", `${employee(employeeId)}/consent`, { version });

export const withdrawConsent = (employeeId: string) =>
  send<Erasure>("DELETE", `${employee(employeeId)}/consent`);

/** They leave today. */
export const endEmployment = (employeeId: string) => send<Erasure>("DELETE", employee(employeeId));

export const erase = (employeeId: string) => send<Erasure>("POST", `${employee(employeeId)}/erase`);

export const listFaces = (employeeId: string, signal: AbortSignal) =>
  get<FaceList>(`${employee(employeeId)}/faces`, {}, signal);

export const deleteFace = (employeeId: string, { face_id: faceId }: Face) =>
  send("DELETE", `${employee(employeeId)}/faces/${encodeURIComponent(faceId)}`);

/** Enrols the one face of each JPEG; all or none. */
export async function enrolFaces(employeeId: string, jpegs: readonly Blob[]): Promise<void> {
  const images = await Promise.all(jpegs.map(async (jpeg) => ({ image: await toBase64(jpeg) })));
  await send("POST", `${employee(employeeId)}/faces`, { images });
}

/** Those that are open, newest first, as many as one looks through at once. */
export const listReviews = (siteId: string, signal: AbortSignal) =>
  get<Listing<Review>>("identity/review", { site_id: siteId, limit: REVIEWS_AT_ONCE }, signal);

export const nameReview = (reviewId: string, employeeId: string) =>
  send<NamedReview>("POST", `${review(reviewId)}/name`, { employee_id: employeeId });

export async function dismissReview(reviewId: string): Promise<void> {
  await session.call(`${review(reviewId)}/dismiss`, { method: "POST" });
}

function employee(employeeId: string): string {
  return `employees/${encodeURIComponent(employeeId)}`;
}

function review(reviewId: string): string {
  return `identity/review/${encodeURIComponent(reviewId)}`;
}
