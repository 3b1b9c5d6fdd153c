import { isCI } from 'ci-info';

/**
 * Whether this process may neither buy by itself nor write outside its output and cache: in CI and under a test runner,
 * where nobody sees a bill and nobody commits what arrived.
 */
export function isFrozen(env: NodeJS.ProcessEnv = process.env): boolean {
  // ci-info misses an agent that says nothing but where its Jenkins is.
  return isCI || [env.JENKINS_URL, env.VITEST, env.JEST_WORKER_ID].some((mark) => mark !== undefined && mark !== '');
}
