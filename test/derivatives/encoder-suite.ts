import type { Sharp } from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createEncoder, type Encoder } from '../../src/derivatives/encoder/encoder.js';
import type { EncodeJob } from '../../src/derivatives/encoder/operations.js';
import type { OutputFormat } from '../../src/image/formats.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';
import { type BuiltEncoder, buildEncoder } from './encoder-build.js';
import { wanted } from './pictures.js';

/** What the tests of one file share: one built encoder, one process, and a folder for each test. */
export interface Suite {
  readonly built: BuiltEncoder;
  readonly encoder: Encoder;
  readonly workspace: Workspace;
  /** Writes a picture and gives its path. */
  original: (name: string, picture: Sharp | Buffer) => Promise<string>;
  /** Encodes one file and gives its path. */
  encodeOne: (
    job: Omit<EncodeJob, 'files'>,
    format: OutputFormat,
    size: readonly [width: number, height: number],
  ) => Promise<string>;
}

export function openSuite(): Suite {
  let built: BuiltEncoder;
  let encoder: Encoder;
  let workspace: Workspace;
  beforeAll(async () => {
    built = await buildEncoder();
    encoder = createEncoder({ entry: built.entry });
  });
  afterAll(async () => {
    await encoder.dispose();
    await built[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    workspace = await createWorkspace();
  });
  afterEach(() => workspace[Symbol.asyncDispose]());

  return {
    get built() {
      return built;
    },
    get encoder() {
      return encoder;
    },
    get workspace() {
      return workspace;
    },
    original: async (name, picture) => {
      await workspace.write(name, Buffer.isBuffer(picture) ? picture : await picture.toBuffer());
      return workspace.path(name);
    },
    encodeOne: async (job, format, [width, height]) => {
      const target = workspace.path(`out.${format}`);
      await encoder.encode({ ...job, files: [wanted(target, format, width, height)] });
      return target;
    },
  };
}
