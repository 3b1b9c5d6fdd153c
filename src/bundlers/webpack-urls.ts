import { dirname, join } from 'node:path';
import type { Compilation, Compiler } from 'webpack';
import { isOurs, MANIFEST_ID, specifiersOf } from '../plugin.js';
import type { BuildSession, Project } from '../project.js';

/** A module that is taken for a stylesheet, be it a part of another file; not a script such as `theme.css.ts`. */
export const STYLESHEET = /[.=](?:\w*css|sass|less|styl(?:us)?)(?:$|[?&!|])/;

/** What goes on in a compiler. */
export interface Running {
  project: Project;
  session: BuildSession;
  compilation: Compilation;
}

/**
 * Takes manifests that stylesheets name for the pictures which they are to show: files of the cache, which become assets as every
 * other file of a stylesheet does.
 *
 * @param running what goes on when a module is asked for
 */
export function takeUrls(compiler: Compiler, name: string, running: () => Running | undefined): void {
  compiler.hooks.normalModuleFactory.tap(name, (factory) => {
    const resolver = compiler.resolverFactory.get('normal', { dependencyType: 'url' });
    const find = (context: string, request: string) =>
      new Promise<string | undefined>((done) => {
        resolver.resolve({}, context, request, {}, (error, path) => done(error || !path ? undefined : path));
      });
    factory.hooks.beforeResolve.tapPromise(name, async (data) => {
      const { issuer } = data.contextInfo;
      const now = running();
      if (!now || !STYLESHEET.test(issuer)) return;
      for (const request of specifiersOf(data.request)) {
        const id = MANIFEST_ID.test(request) && (await find(data.context, request));
        if (!id || !isOurs(now.project, id)) continue;
        data.request = await replace(now, id, issuer);
        return;
      }
    });
  });
}

async function replace({ project, session, compilation }: Running, id: string, issuer: string): Promise<string> {
  const files: { name: string; content: Buffer }[] = [];
  await session.url(id, {
    importer: issuer,
    emitFile: (name, content) => {
      files.push({ name, content });
      return name;
    },
    watchFile: (path) => compilation.fileDependencies.add(path),
    watchFolder: (path) => compilation.contextDependencies.add(path),
  });
  const [file] = files;
  // One that fails is told when the build ends.
  if (!file) return 'data:,';
  const path = project.namedPath(await project.writeNamed(file.name, file.content));
  // As if it lay beside its manifest: patterns may hold the folder.
  return `${join(dirname(id), file.name)}!=!${path}`;
}
