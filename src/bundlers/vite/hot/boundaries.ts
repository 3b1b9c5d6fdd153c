import type { DevEnvironment, EnvironmentModuleNode as Module } from 'vite';
import { exportsOnlyComponents, hasFastRefresh } from './components.js';
import { isStateless } from './stateless.js';

/** A module that a page can load again, and the module it does so for: a dependency it accepts, or itself. */
export interface Boundary {
  module: Module;
  via: Module;
}

/** What a new image makes pages load again. */
export interface Reach {
  boundaries: Boundary[];
  /** Modules of which pages get a new instance: manifests, self-accepting boundaries, and what lies between. */
  renewed: Set<Module>;
}

/** `boundary`: accepts itself. `end`: cannot be loaded again. `between`: goes with its importers. */
type Role = 'boundary' | 'end' | 'between';

const SCRIPT = /\.[cm]?[jt]sx?$/;
const JSX = /x$/;

/**
 * Follows a manifest's importers up to the modules that can be loaded again, as Vite's own propagation does, with three
 * differences. A chain that no module accepts ends silently, where Vite reloads the page. What lies between the
 * manifest and such an end stays as it is, unless it has no state: a store or a context of which the page's entry holds
 * the first instance would exist twice. And single-file components are left alone: loading them again costs their
 * state, and they need not (Vue has the reactive object, the rest the exchange of URLs).
 */
export async function findReach(environment: DevEnvironment, file: string): Promise<Reach> {
  const manifests = [...(environment.moduleGraph.getModulesByFile(file) ?? [])];
  const roles = await assignRoles(environment, manifests);
  const kept = await findKept(environment, roles);
  const reach: Reach = { boundaries: [], renewed: new Set(manifests) };
  // The set grows while it is walked.
  for (const via of reach.renewed) {
    if (roles.get(via) === 'boundary') continue;
    for (const module of via.importers) {
      if (module.acceptedHmrDeps.has(via)) reach.boundaries.push({ module, via });
      else if (roles.has(module) && !kept.has(module)) reach.renewed.add(module);
    }
  }
  for (const module of reach.renewed) {
    if (roles.get(module) === 'boundary') reach.boundaries.push({ module, via: module });
  }
  return reach;
}

async function assignRoles(environment: DevEnvironment, manifests: Module[]): Promise<Map<Module, Role>> {
  const roles = new Map<Module, Role>();
  const found = new Set(manifests.flatMap(followedImporters));
  for (const module of found) {
    const role = await roleOf(environment, module);
    roles.set(module, role);
    if (role === 'between') for (const importer of followedImporters(module)) found.add(importer);
  }
  return roles;
}

/** Importers that do not answer for themselves; those never analysed have not run in any page. */
function followedImporters(module: Module): Module[] {
  return [...module.importers].filter(
    (importer) => !importer.acceptedHmrDeps.has(module) && importer.isSelfAccepting !== undefined,
  );
}

async function roleOf(environment: DevEnvironment, module: Module): Promise<Role> {
  if (!module.file || !SCRIPT.test(module.file)) return 'end';
  if (module.isSelfAccepting) {
    const code = await readCode(environment, module);
    if (code === undefined) return 'end';
    // A hand-written `import.meta.hot.accept()` is believed. Of a framework's only that of Fast Refresh keeps state.
    if (hasFastRefresh(code) ? await exportsOnlyComponents(code) : !JSX.test(module.file)) return 'boundary';
  }
  return module.importers.size > 0 ? 'between' : 'end';
}

/** Everything whose first instance some end holds, directly or through others. */
async function findKept(environment: DevEnvironment, roles: Map<Module, Role>): Promise<Set<Module>> {
  const kept = new Set<Module>();
  for (const [module, role] of roles) if (role === 'end') kept.add(module);
  // The set grows while it is walked.
  for (const holder of kept) {
    for (const [module, role] of roles) {
      if (role !== 'between' || kept.has(module) || !followedImporters(module).includes(holder)) continue;
      const code = await readCode(environment, module);
      if (code === undefined || !(await isStateless(code))) kept.add(module);
    }
  }
  return kept;
}

export async function readCode(environment: DevEnvironment, module: Module): Promise<string | undefined> {
  try {
    return (await environment.transformRequest(module.url))?.code;
  } catch {
    // Someone's module is broken at the moment. Vite says so itself, to whoever loads it.
    return undefined;
  }
}
