import type { Entry } from '../catalog/entry.js';
import type { Publisher } from '../catalog/publish.js';
import type { ImageState } from '../catalog/state.js';
import type { ResolvedConfig } from '../config/config.js';
import type { ManifestImages } from '../manifest/images.js';
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
  /** The pictures of a manifest. Throws `MANIFEST_*`, `PRESET_*` for what is wrong with the file as a whole. */
  readImages: (file: string, onDependency?: (path: string) => void) => Promise<ManifestImages>;
  /** @throws `MANIFEST_*`, `REFERENCE_*` */
  readEntry: (address: string, onDependency?: (path: string) => void) => Promise<Entry>;
  /** Addresses of all manifests. */
  scan: () => Promise<string[]>;
  /** @throws `CACHE_*` */
  stateOf: (entry: Entry) => Promise<ImageState>;
  /** @returns a function that stops listening */
  onPurchase: (listener: (event: PurchaseEvent) => void) => () => void;
}
