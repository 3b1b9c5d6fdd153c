import type { Plugin } from 'vite';
import { isOurs, MANIFEST_ID, pathOf, specifiersOf } from '../../plugin.js';
import type { Project } from '../../project.js';
import { isStylesheet } from './ids.js';
import { replaceInPage } from './page.js';
import type { Runs } from './runs.js';
import { replaceInStylesheet } from './stylesheet.js';

/** Finds the module that is meant. */
type Resolve = (source: string, importer: string) => Promise<{ id: string } | null>;

/** What may be a stylesheet or a page. */
const SHOWS = /\.(?:\w*css|less|sass|styl(?:us)?|sss|html)(?:$|\?)/;
const MENTION = /\.images?\b/;
const ELSEWHERE = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;
/** Stylesheets that are taken as something else. */
const OTHER = /[?&](?:worker|sharedworker|raw|url)\b/;

/** Exchanges the URLs in stylesheets and pages that name a manifest, before Vite sees them: it would publish the manifest itself. */
export function createUrls(runs: Runs): Omit<Plugin, 'name'> {
  return {
    sharedDuringBuild: true,

    transform: {
      order: 'pre',
      filter: { id: SHOWS, code: MENTION },
      async handler(code, id) {
        const { project, build, dev } = runs.of(this.environment.getTopLevelConfig());
        const isStyle = isStylesheet(id) && !OTHER.test(id);
        // The pages of a server are no modules.
        if (!MENTION.test(code) || !(isStyle || (build && id.endsWith('.html')))) return null;
        const replace = isStyle ? replaceInStylesheet : replaceInPage;
        const resolve: Resolve = (source, importer) => this.resolve(source, importer);
        const render = build ? (named: string) => build.url(this, named, id) : dev?.named(id);
        const replaced = await replace(code, async (url) => {
          const named = await find(url, id, project, resolve);
          return named && render?.(named);
        });
        return { code: replaced, map: null };
      },
    },

    transformIndexHtml: {
      order: 'pre',
      async handler(html, { server, filename }) {
        if (!server || !MENTION.test(html)) return html;
        const { project, dev } = runs.of(server.config);
        const { pluginContainer } = server.environments.client;
        const resolve: Resolve = (source, importer) => pluginContainer.resolveId(source, importer);
        const render = dev?.named(filename);
        return replaceInPage(html, async (url) => {
          const named = await find(url, filename, project, resolve);
          const shown = named && (await render?.(named));
          // Vite puts the base before it, as before every path that pages name.
          return shown?.startsWith('/') ? shown.slice(server.config.base.length - 1) : shown;
        });
      },
    },
  };
}

/** The manifest that a URL names, with its query. */
async function find(url: string, source: string, project: Project, resolve: Resolve): Promise<string | undefined> {
  if (ELSEWHERE.test(url)) return undefined;
  for (const each of specifiersOf(decoded(url))) {
    if (!MANIFEST_ID.test(each)) return undefined;
    const found = await resolve(each, pathOf(source));
    if (found && isOurs(project, found.id)) return found.id;
  }
  return undefined;
}

/** What is no URI is taken as it is, as a browser does. */
function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return url;
  }
}
