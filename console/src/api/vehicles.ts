// What the page asks the API about vehicle lists, and how a site's gates decide.

import { get, getAll, getPages, type Query, send, withQuery } from "./asking";
import { LONG_MS } from "./request";
import { session } from "./session";
import type {
  AddedVehicle,
  Evidence,
  Gate,
  GatePolicy,
  GatePolicyFields,
  ImportResult,
  Listing,
  ListedVehicle,
  ListName,
  NewVehicle,
  Override,
  Passage,
  PlateProfile,
  PlateTrial,
  PlateTrialResult,
  ProfileTest,
  Vehicle,
  VehicleFields,
  Visit,
} from "./types";

const VEHICLES = "v1/vehicle/vehicles";
const VEHICLES_AT_ONCE = 100;
const PASSAGES_AT_ONCE = 30;
const VISITS_AT_ONCE = 50;

export const listGates = (siteId: string, signal: AbortSignal) =>
  get<Listing<Gate>>("v1/vehicle/gates", { site_id: siteId }, signal);

/** Newest first; a page may be short, and yet not the last. */
export const listPassages = (siteId: string, wanted: Query, cursor: string | null, signal?: AbortSignal) =>
  get<Listing<Passage>>(
    "v1/vehicle/logs",
    { ...wanted, site_id: siteId, limit: PASSAGES_AT_ONCE, cursor },
    signal,
  );

export async function exportPassages(siteId: string, wanted: Query): Promise<Blob> {
  const path = withQuery("v1/vehicle/logs", { ...wanted, site_id: siteId, format: "csv" });
  return (await session.call(path, { patienceMs: LONG_MS })).blob();
}

export const getEvidence = (decisionId: string, signal: AbortSignal) =>
  get<Evidence>(decision(decisionId), {}, signal);

/** Of a decision that still stands as it was seen: by its id, at its revision. */
export const overrideDecision = (
  { decision_id: decisionId, revision, overrides }: Pick<Passage, "decision_id" | "revision" | "overrides">,
  action: Override["action"],
  reason: string,
) =>
  send<Passage>("POST", `${decision(decisionId)}/override`, {
    action,
    reason,
    revision,
    known_overrides: overrides.length,
  });

/** Newest first: so many pages of them. */
export const listVisits = (siteId: string, plate: string, pages: number, signal: AbortSignal) =>
  getPages<Visit>(
    "v1/vehicle/visits",
    { site_id: siteId, plate: plate || null, limit: VISITS_AT_ONCE },
    pages,
    signal,
  );

/** Vehicles that were let in and have not gone. */
export const listOnSite = (siteId: string, signal: AbortSignal) =>
  getAll<Visit>("v1/vehicle/on-site", { site_id: siteId }, signal);

/** Those of a list whose plate begins so, by plate: so many pages of them. */
export const listVehicles = (
  siteId: string,
  list: ListName,
  plate: string,
  pages: number,
  signal: AbortSignal,
) =>
  getPages<ListedVehicle>(
    VEHICLES,
    { site_id: siteId, list, plate: plate || null, limit: VEHICLES_AT_ONCE },
    pages,
    signal,
  );

/** One that was removed, too. */
export const getVehicle = (vehicleId: string, signal: AbortSignal) =>
  get<Vehicle>(vehicle(vehicleId), {}, signal);

export const addVehicle = (body: NewVehicle) => send<AddedVehicle>("POST", VEHICLES, body);

/** Changes one that still is at the revision that was read. */
export const changeVehicle = (vehicleId: string, fields: VehicleFields, revision: number) =>
  send<Vehicle>("PUT", vehicle(vehicleId), { ...fields, revision });

export const removeVehicle = (vehicleId: string) => send<Vehicle>("DELETE", vehicle(vehicleId));

/** All rows or none; a dry run only checks. */
export const importVehicles = (siteId: string, file: Blob, dryRun: boolean) =>
  send<ImportResult>(
    "POST",
    withQuery(`${VEHICLES}/import`, { site_id: siteId, dry_run: String(dryRun) }),
    new Blob([file], { type: "text/csv" }),
  );

export async function exportVehicles(siteId: string, list: ListName): Promise<Blob> {
  const path = withQuery(`${VEHICLES}/export`, { site_id: siteId, list });
  return (await session.call(path, { patienceMs: LONG_MS })).blob();
}

export const getGatePolicy = (siteId: string, signal: AbortSignal) =>
  get<GatePolicy>("v1/vehicle/policy", { site_id: siteId }, signal);

/** Changes the policy if it still is at the revision that was read. */
export const updateGatePolicy = (siteId: string, fields: GatePolicyFields, revision: number) =>
  send<GatePolicy>("PUT", withQuery("v1/vehicle/policy", { site_id: siteId }), { ...fields, revision });

/** The policy as a decision names it; 0 are the defaults. */
export const getGatePolicyVersion = (siteId: string, version: number, signal: AbortSignal) =>
  get<GatePolicy>(`v1/vehicle/policy/versions/${version}`, { site_id: siteId }, signal);

/** Newest first. */
export const listGatePolicies = (siteId: string, signal: AbortSignal) =>
  getAll<GatePolicy>("v1/vehicle/policy/versions", { site_id: siteId }, signal);

export const listProfiles = (signal: AbortSignal) =>
  get<Listing<PlateProfile>>("v1/vehicle/profiles", {}, signal);

/** Which plates a text may be by a site's formats. */
export const testProfiles = (siteId: string, text: string) =>
  send<ProfileTest>("POST", "v1/vehicle/profiles/test", { site_id: siteId, text });

/** What the gates would do about a plate; changes nothing. */
export const validatePlate = (trial: PlateTrial) =>
  send<PlateTrialResult>("POST", "v1/vehicle/validate-plate", trial);

function decision(decisionId: string): string {
  return `v1/vehicle/decisions/${encodeURIComponent(decisionId)}`;
}

function vehicle(vehicleId: string): string {
  return `${VEHICLES}/${encodeURIComponent(vehicleId)}`;
}
