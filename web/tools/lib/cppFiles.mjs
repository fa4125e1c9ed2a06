import { execFileSync } from 'node:child_process';
import { root } from './paths.mjs';

/** The project's C++ files, by their paths below the root; what Git ignores is left out. */
export function cppFiles() {
  const patterns = ['*.h', '*.cpp'];
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...patterns],
    { cwd: root, encoding: 'utf8' },
  );
  return listed.split('\n').filter((path) => path !== '');
}
