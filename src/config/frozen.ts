import { isCI } from 'ci-info';
import { IS_BUN } from '../files/runtime.js';

/**
 * Whether this process may neither buy by itself nor write outside its output and cache: in CI and under a test runner,
 * where nobody sees a bill and nobody commits what arrived; and in Bun.
 */
export function isFrozen(env: NodeJS.ProcessEnv = process.env): boolean {
  // ci-info misses an agent that says nothing but where its Jenkins is. With it, CI=false is a person who knows better.
  const jenkins = env.CI === 'false' ? undefined : env.JENKINS_URL;
  return isCI || IS_BUN || [jenkins, env.VITEST, env.JEST_WORKER_ID].some((mark) => mark !== undefined && mark !== '');
}
