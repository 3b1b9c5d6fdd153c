import { createRequire } from 'node:module';

/** How ci-info describes the variables that betray a CI service. */
type Marker =
  | string
  | Marker[]
  | { any?: string[]; env?: string; includes?: string; [name: string]: string | string[] | undefined };

const vendors = createRequire(import.meta.url)('ci-info/vendors.json') as { env: Marker }[];

/** Looked at by ci-info beside its list of services. */
const generalMarkers = [
  'CI',
  'BUILD_ID',
  'BUILD_NUMBER',
  'CI_APP_ID',
  'CI_BUILD_ID',
  'CI_BUILD_NUMBER',
  'CI_NAME',
  'CONTINUOUS_INTEGRATION',
  'RUN_ID',
];

/** Set by vitest in its workers. */
const testRunner = [
  'TEST',
  'NODE_ENV',
  'JEST_WORKER_ID',
  'PROD',
  'DEV',
  'SSR',
  'MODE',
  'BASE_URL',
  'FORCE_TTY',
  'FORCE_COLOR',
];

/** Keys and consent, which a test gives itself. */
const product = ['ANYFAST_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'];

/** Set where the tests themselves run under npm or in a git hook. */
const callers = ['INIT_CWD', 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'];

const names = new Set([
  ...generalMarkers,
  ...vendors.flatMap(({ env }) => markerNames(env)),
  ...testRunner,
  ...product,
  ...callers,
]);
const families =
  /^(?:VITEST|VITE_|PROMPT_IMAGE_|npm_(?:lifecycle|package|command|config_user_agent|config_local_prefix))/;

/**
 * The environment of a person's shell: what this process has, without the marks of CI, the test runner and npm, without
 * keys, and with `changes`.
 * @param changes `undefined` removes a variable
 */
export function cleanEnvironment(changes: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !names.has(name) && !families.test(name));
  const environment: NodeJS.ProcessEnv = { ...Object.fromEntries(kept), ...changes };
  for (const name of Object.keys(environment)) if (environment[name] === undefined) delete environment[name];
  return environment;
}

function markerNames(marker: Marker): string[] {
  if (typeof marker === 'string') return [marker];
  if (Array.isArray(marker)) return marker.flatMap(markerNames);
  const { any, env, includes, ...exact } = marker;
  if (Array.isArray(any)) return any;
  return env !== undefined && includes !== undefined ? [env] : Object.keys(exact);
}
