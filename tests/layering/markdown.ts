// What of Markdown the tests of the documents need. Code is left out: it may look like links and headings.

function withoutFences(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** The targets of links, pictures and sources, in order. */
export function linksOf(text: string): string[] {
  const prose = withoutFences(text).replace(/`[^`\n]*`/g, 'code');
  const inline = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const html = [...prose.matchAll(/\b(?:src|srcset|href)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...inline, ...html];
}

/** The anchors that GitHub makes of the headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let copy = 1; anchors.has(anchor); copy += 1) anchor = `${slug}-${copy}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

const PATH = /^(?:src|web|tests|bindings|docs|\.ci)\/[\w./-]*$/;
const FILE = /^[\w.]+\.(?:h|cpp|tsx?|mjs|js|sql|css)$/;

/** The paths below the root that a text names in code. A file's name after a path, in the same line, is one beside it. */
export function pathsOf(text: string): string[] {
  return withoutFences(text)
    .split('\n')
    .flatMap((line) => {
      let folder: string | null = null;
      return [...line.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => {
        if (PATH.test(code)) {
          folder = code.replace(/[^/]*$/, '');
          return [code];
        }
        return folder !== null && FILE.test(code) ? [`${folder}${code}`] : [];
      });
    });
}
