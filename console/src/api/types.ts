// The API's own names, from its OpenAPI document (see `npm run types`).

import type { components, operations } from "./openapi";

export type Schemas = components["schemas"];
export type Site = Schemas["SiteOut"];
export type Camera = Schemas["CameraOut"];
export type NewCamera = Schemas["NewCamera"];
/** All that can be changed of a camera: what a change leaves out takes its default. */
export type CameraFields = Required<Omit<Schemas["CameraChange"], "revision">>;
export type Line = Schemas["LineOut"];
export type LineBody = Schemas["NewLine"];
export type Zone = Schemas["ZoneOut"];
export type ZoneBody = Schemas["NewZone"];
export type SiteCount = Schemas["SiteCount"];
export type CameraCount = Schemas["CameraCount"];
export type ZoneCount = Schemas["ZoneCount"];
export type LineCount = Schemas["LineCount"];
export type Crossing = Schemas["CrossingOut"];
export type Direction = Schemas["Direction"];
export type Explained = Schemas["ExplainedCount"];
export type Publisher = Schemas["PublisherOut"];
export type View = Schemas["ViewOut"];
export type Track = Schemas["TrackOut"];
export type Position = Schemas["Position"];
export type Me = Schemas["Me"];

/** A page of a list. */
export interface Listing<T> {
  items: T[];
  next_cursor: string | null;
}

/** A stretch of time and what was counted in it. */
export type HistoryRow = Schemas["Bucket"];

/** Something that is wrong, and what people did about it. */
export type Alert = Schemas["AlertOut"];

export type Today = Schemas["TodayOut"];
export type Attending = Schemas["AttendingOut"];
export type Presence = Schemas["Presence"];
export type AttendanceRecord = Schemas["RecordOut"];
export type Status = AttendanceRecord["statuses"][number];
export type Explanation = Schemas["ExplanationOut"];
export type Punch = Schemas["PunchOut"];
export type PlacedPunch = Schemas["PlacedPunchOut"];
export type PunchDirection = Schemas["PunchDirection"];
export type Entered = Schemas["EnteredOut"];
export type Adjustment = Schemas["AdjustmentOut"];
export type Summary = Schemas["SummaryOut"];
export type Shift = Schemas["ShiftOut"];
export type ShiftVersion = Schemas["ShiftVersion"];
export type NewShift = Schemas["NewShift"];
export type ShiftChange = Schemas["ShiftChange"];
export type Assignment = Schemas["AssignmentOut"];
export type Leave = Schemas["LeaveOut"];
export type Holiday = Schemas["HolidayOut"];
export type Review = Schemas["ReviewOut"];
export type NamedReview = Schemas["NamedOut"];
export type Employee = Schemas["EmployeeOut"];
export type NewEmployee = Schemas["NewEmployee"];
export type EmployeeFields = Omit<Schemas["EmployeeChange"], "revision">;
export type Consent = Schemas["ConsentOut"];
export type Erasure = Schemas["ErasureOut"];
export type Face = Schemas["FaceOut"];
export type FaceList = Schemas["FaceList"];

export type ListName = Schemas["ListName"];
export type Vehicle = Schemas["VehicleOut"];
export type ListedVehicle = Schemas["ListedVehicleOut"];
export type AddedVehicle = Schemas["AddedVehicle"];
export type NewVehicle = Schemas["NewVehicle"];
/** All that can be changed of a listed vehicle: what a change leaves out becomes empty. */
export type VehicleFields = Required<Omit<Schemas["VehicleChange"], "revision">>;
export type ImportResult = Schemas["ImportedOut"];
export type FieldFault = Schemas["FieldError"];
export type GatePolicy = Schemas["GatePolicyOut"];
export type GatePolicyFields = Required<Omit<Schemas["GatePolicyChange"], "revision">>;
export type PlateProfile = Schemas["ProfileOut"];
export type ProfileTest = Schemas["ProfileTestOut"];
export type Verdict = Schemas["Verdict"];
/** A passage, with what was decided about it. */
export type Passage = Schemas["GateDecisionOut"];
/** Named by its route: another answer of the API has the same name. */
export type Evidence = operations["get_gate_decision"]["responses"][200]["content"]["application/json"];
export type PlateRead = Schemas["ReadingOut"];
export type Override = Schemas["OverrideOut"];
export type Visit = Schemas["VisitOut"];
export type Gate = Schemas["GateOut"];
/** A plate to try: in words or in a picture. */
export type PlateTrial = Pick<Schemas["PlateTrial"], "site_id" | "text" | "image" | "direction" | "at">;
export type PlateTrialResult = Schemas["PlateTrialResult"];
export type TriedPlate = Schemas["TriedPlate"];
