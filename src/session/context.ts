import type { Catalog } from '../catalog/catalog.js';
import type { Publisher } from '../catalog/publish.js';
import type { States } from '../catalog/state.js';
import type { ResolvedConfig } from '../config/config.js';
import type { Originals } from '../originals/originals.js';
import type { ServedPictures } from '../originals/served.js';
import type { Run } from '../purchase/budget.js';
import type { RunKind } from '../purchase/ledger.js';
import type { PurchaseEvent, Purchases } from '../purchase/purchase.js';

/** What a build, a dev server and a command all work with. */
export interface Context {
  config: ResolvedConfig;
  originals: Originals;
  served: ServedPictures;
  /** Something that may spend begins. */
  startRun: (kind: RunKind) => Run;
  purchases: Purchases;
  publisher: Publisher;
  /**
   * The project's pictures as their files stand now.
   *
   * @param onDependency called with the path of each file that something read through it stands on
   */
  open: (onDependency?: (path: string) => void) => Catalog;
  /** Paths of all manifests from the root. */
  scan: () => Promise<string[]>;
  stateOf: States;
  /** @returns a function that stops listening */
  onPurchase: (listener: (event: PurchaseEvent) => void) => () => void;
}
