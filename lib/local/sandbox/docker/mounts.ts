import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { npmFolderOf, shownFor } from '../engine-programs.ts';

/** A file or folder of the host that a container is shown, read-only. */
export interface Shown {
  readonly source: string;
  readonly target: string;
}

/** Programs of engines as a container has them. */
export interface ShownPrograms {
  readonly mounts: readonly Shown[];
  /** Their paths inside, by the engine's name. */
  readonly inside: Readonly<Record<string, string>>;
}

/** The value of `--mount`: fields of a line of CSV, so that a path may hold anything. */
export function mountOption({ source, target }: Shown): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, 'readonly'];
  return fields
    .map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

/** Each in a folder of its own: where it is on the host, a container may have folders that let nobody in. */
export function programsFor(programs: Readonly<Record<string, string>>): ShownPrograms {
  const shown = Object.entries(programs).map(([name, path]) => {
    const real = realpathSync(path);
    const above = npmFolderOf(real) ?? dirname(real);
    // npm's folder keeps its name: by it a program finds the packages beside its own.
    const to = join('/run/entropy/engines', name, npmFolderOf(real) ? 'node_modules' : '');
    const at = (source: string) => join(to, relative(above, source));
    const mounts = shownFor(name, path).map((source) => ({ source, target: at(source) }));
    return { name, mounts, inside: at(real) };
  });
  return {
    mounts: shown.flatMap(({ mounts }) => mounts),
    inside: Object.fromEntries(shown.map(({ name, inside }) => [name, inside])),
  };
}

/** Where systems keep the certificates that they trust, in one file. */
const trustStores = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** What the host trusts, which may be more than the image does: an authority of the operator's network, say. */
export function hostTrustStore(): string | undefined {
  const found = trustStores.find(existsSync);
  return found === undefined ? undefined : realpathSync(found);
}
