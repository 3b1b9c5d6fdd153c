import { createHash } from 'node:crypto';
import type { Host } from '../project.js';

/** One file of an image. */
export interface ImportedFile {
  name: string;
  content: Buffer;
}

/** The files of a manifest's module, for bundlers that emit what is imported: its code imports each of them. */
export interface ImportedFiles {
  emitFile: Host['emitFile'];
  /** Source of the module. @param code evaluates what `emitFile` gave @param specifierOf what a file is imported as */
  render: (code: string, specifierOf: (file: ImportedFile) => string | Promise<string>) => Promise<string>;
}

export function createImportedFiles(): ImportedFiles {
  const files: ImportedFile[] = [];
  return {
    emitFile: (name, content) => `file${files.push({ name, content }) - 1}`,
    render: async (code, specifierOf) => {
      const specifiers = await Promise.all(files.map(specifierOf));
      const imports = specifiers.map((each, index) => `import file${index} from ${JSON.stringify(each)};\n`);
      return imports.join('') + code;
    },
  };
}

/**
 * Keeps a file in memory.
 *
 * @returns what it is known by there: two manifests may have files of one name, and of one content
 */
export function keep(kept: Map<string, Uint8Array>, { name, content }: ImportedFile): string {
  const id = `${createHash('sha256').update(content).digest('hex').slice(0, 16)}/${name}`;
  kept.set(id, content);
  return id;
}
