// How a site's gates decide, which plates come here, and what was changed when.

import { useSignal } from "@preact/signals";
import type { GatePolicy, PlateProfile, Site } from "../api/types";
import { getGatePolicy, listGatePolicies, listProfiles } from "../api/vehicles";
import { isAdmin } from "../app/account";
import { usePoll } from "../app/hooks";
import { formatMoment } from "../app/words";
import { VERDICT_WORDS } from "./gate_words";
import { Plate } from "./plate";
import { formatPercent } from "./policy_draft";
import { PolicyForm } from "./policy_form";

const EVERY_MS = 15_000;

interface Found {
  policy: GatePolicy;
  versions: readonly GatePolicy[];
  profiles: readonly PlateProfile[];
}

export function PolicyPage({ site }: { site: Site }) {
  const found = useSignal<Found | null>(null);
  const isEditing = useSignal(false);
  const said = useSignal("");
  const ask = usePoll(
    "policy",
    async (signal) => {
      const [policy, versions, profiles] = await Promise.all([
        getGatePolicy(site.site_id, signal),
        listGatePolicies(site.site_id, signal),
        listProfiles(signal),
      ]);
      found.value = { policy, versions, profiles: profiles.items };
    },
    EVERY_MS,
    [site.site_id],
  );
  if (!found.value) return <p class="card chart-empty muted">Asking how gates decide…</p>;
  const { policy, versions, profiles } = found.value;
  return (
    <div class="policy">
      <section class="card" aria-labelledby="policy-title">
        <div class="card-head">
          <h1 id="policy-title">How the gates decide</h1>
          {isAdmin.value && !isEditing.value && (
            <button
              class="button"
              type="button"
              onClick={() => {
                said.value = "";
                isEditing.value = true;
              }}
            >
              Change…
            </button>
          )}
        </div>
        <p class="said" role="status">
          {said}
        </p>
        {isEditing.value ? (
          <PolicyForm
            site={site}
            policy={policy}
            profiles={profiles}
            onDone={(changed) => {
              isEditing.value = false;
              said.value = `Version ${changed.revision} decides from the next reading on.`;
              ask();
            }}
            onCancel={() => {
              isEditing.value = false;
            }}
          />
        ) : (
          <PolicyFacts policy={policy} profiles={profiles} timeZone={site.time_zone} />
        )}
        {!isAdmin.value && <p class="muted hint">An administrator changes it.</p>}
      </section>
      <Versions versions={versions} timeZone={site.time_zone} />
    </div>
  );
}

interface FactsProps {
  policy: GatePolicy;
  profiles: readonly PlateProfile[];
  timeZone: string;
}

function PolicyFacts({ policy, profiles, timeZone }: FactsProps) {
  return (
    <dl class="facts-list">
      <div>
        <dt>Least confidence</dt>
        <dd>
          <b class="number">{formatPercent(policy.min_confidence)} %</b>
          <span class="muted">What is read less surely is for a guard to look at.</span>
        </dd>
      </div>
      <div>
        <dt>A vehicle on no list</dt>
        <dd>
          <b>{VERDICT_WORDS[policy.default]}</b>
          <span class="muted">Nothing but an exact entry of a list opens a gate.</span>
        </dd>
      </div>
      <div>
        <dt>Formats of plates</dt>
        <dd>
          <ol class="profiles">
            {policy.profiles.map((name) => (
              <li key={name}>
                <ProfileFacts profile={profiles.find((each) => each.name === name)} name={name} />
              </li>
            ))}
          </ol>
        </dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>
          <b class="number">{policy.revision}</b>
          <span class="muted">
            {policy.changed_at
              ? `${policy.changed_by}, ${formatMoment(policy.changed_at, timeZone)}`
              : "Nobody has changed it: these are the defaults."}
          </span>
        </dd>
      </div>
    </dl>
  );
}

export function ProfileFacts({ profile, name }: { profile: PlateProfile | undefined; name: string }) {
  return (
    <span class="profile">
      <b>{name}</b> <span class="muted">{profile?.title}</span>
      <span class="profile-examples">
        {profile?.examples.map((example) => (
          <Plate key={example} text={example} />
        ))}
      </span>
    </span>
  );
}

function Versions({ versions, timeZone }: { versions: readonly GatePolicy[]; timeZone: string }) {
  return (
    <section class="card" aria-labelledby="versions-title">
      <div class="card-head">
        <h2 id="versions-title">Versions</h2>
      </div>
      {!versions.length && <p class="muted">None yet: the defaults hold since the beginning.</p>}
      {versions.length > 0 && (
        <section class="table-scroll" tabIndex={0} aria-label="Versions, newest first">
          <table class="versions">
            <thead>
              <tr>
                {["Version", "Since", "By", "Least confidence", "On no list", "Formats"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {versions.map((version) => (
                <tr key={version.revision}>
                  <th scope="row" class="number">
                    {version.revision}
                  </th>
                  <td class="number">{version.changed_at && formatMoment(version.changed_at, timeZone)}</td>
                  <td>{version.changed_by}</td>
                  <td class="number">{formatPercent(version.min_confidence)} %</td>
                  <td>{VERDICT_WORDS[version.default]}</td>
                  <td>{version.profiles.join(", ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}
