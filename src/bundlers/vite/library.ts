import type { ResolvedConfig } from 'vite';
import { PromptImageError } from '../../failure.js';

/**
 * Why the pictures of a library would not be found: at a path such as `/`, Vite's default, they are looked for on the sites that
 * use it. Nothing where its code finds them (`./`), at an address of their own, or where the config has its own rule.
 */
export function libraryFailure({
  base,
  build,
  experimental,
}: Pick<ResolvedConfig, 'base' | 'build' | 'experimental'>): PromptImageError | undefined {
  if (!build.lib || !/^\/(?!\/)/.test(base) || experimental.renderBuiltUrl) return undefined;
  return new PromptImageError('LIBRARY_BASE', `at base '${base}' the sites that use this library would not find it`, {
    next: "Set base: './' in the config of Vite: pictures are then found from where the code is. A build for servers knows no such base; there, experimental.renderBuiltUrl says where they are.",
  });
}
