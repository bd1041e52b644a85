import type { Config } from "../config/config.ts";
import type { AdminState } from "../config/farm-config.ts";
import { memberKey } from "../health/member-key.ts";

/** What an operator has decided about a server, or one of its members. */
export interface OperatorState {
  readonly state: AdminState;
  /** Who: a name that the command or the caller of the API gave. */
  readonly by: string;
  /** ISO 8601, as `until`. */
  readonly at: string;
  readonly note: string;
  /** Then what is still under way is ended; null = it may take its time. */
  readonly until: string | null;
  /** What is under way ends now. */
  readonly cut: boolean;
}

/** All of them; the JSON of the state file. */
export interface OperatorStates {
  readonly version: 1;
  readonly servers: Readonly<Record<string, OperatorState>>;
  readonly members: readonly (OperatorState & { readonly farm: string; readonly server: string })[];
}

export const noStates: OperatorStates = { version: 1, servers: {}, members: [] };

/** A whole server, or with a farm one member. */
export interface StateScope {
  readonly server: string;
  readonly farm: string | null;
}

/** The state that counts for a member, and where it comes from. */
export interface EffectiveState {
  readonly state: AdminState;
  readonly cut: boolean;
  readonly scope: "server" | "member";
  /** null: the configuration says so. */
  readonly operator: OperatorState | null;
}

/** null takes an operator's word back: the configuration's counts again. */
export function withState(states: OperatorStates, scope: StateScope, state: OperatorState | null): OperatorStates {
  const { server, farm } = scope;
  if (farm === null) {
    const { [server]: _before, ...others } = states.servers;
    return { ...states, servers: state === null ? others : { ...others, [server]: state } };
  }
  const others = states.members.filter((member) => member.farm !== farm || member.server !== server);
  return { ...states, members: state === null ? others : [...others, { farm, server, ...state }] };
}

export function stateOf(states: OperatorStates, { server, farm }: StateScope): OperatorState | null {
  if (farm === null) return Object.hasOwn(states.servers, server) ? (states.servers[server] ?? null) : null;
  return states.members.find((member) => member.farm === farm && member.server === server) ?? null;
}

const severity: Readonly<Record<AdminState, number>> = { available: 0, drain: 1, unavailable: 2 };

/** What a configuration says. */
export interface ConfiguredStates {
  readonly servers: ReadonlyMap<string, AdminState>;
  /** By `memberKey`. */
  readonly members: ReadonlyMap<string, AdminState>;
}

export function configuredStates({ servers, farms }: Pick<Config, "servers" | "farms">): ConfiguredStates {
  return {
    servers: new Map(servers.map(({ name, state }) => [name, state])),
    members: new Map(
      farms.flatMap(({ name, members }) => members.map(({ server, state }) => [memberKey(name, server), state])),
    ),
  };
}

/**
 * Of the server's state and the member's own the stricter one. At each of the two an operator's word goes before the
 * configuration's.
 */
export function effectiveState(
  states: OperatorStates,
  configured: ConfiguredStates,
  { farm, server }: { readonly farm: string; readonly server: string },
): EffectiveState {
  const configuredServer = configured.servers.get(server) ?? "available";
  const configuredMember = configured.members.get(memberKey(farm, server)) ?? "available";
  const ofServer = level("server", stateOf(states, { server, farm: null }), configuredServer);
  const ofMember = level("member", stateOf(states, { server, farm }), configuredMember);
  const stricter = severity[ofMember.state] - severity[ofServer.state];
  if (stricter === 0) {
    const named = ofServer.operator === null && ofMember.operator !== null ? ofMember : ofServer;
    return { ...named, cut: ofServer.cut || ofMember.cut };
  }
  return stricter > 0 ? ofMember : ofServer;
}

function level(scope: EffectiveState["scope"], operator: OperatorState | null, configured: AdminState): EffectiveState {
  return operator === null
    ? { state: configured, cut: false, scope, operator }
    : { state: operator.state, cut: operator.cut, scope, operator };
}
