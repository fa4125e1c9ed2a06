/**
 * The line for programs, and what a person can do next. PostgreSQL's address is empty where it is not ours to know.
 *
 * @param {import('./target.mjs').Target & { dashboard: string }} endpoints
 */
export function readyText({ dashboard, realtime, rest, postgres, apikey }) {
  const lines = [
    `ready dashboard=${dashboard} realtime=${realtime} rest=${rest} postgres=${postgres} apikey=${apikey}`,
    '',
    `Open ${dashboard} in a browser, and in a second window. Ctrl-C ends everything.`,
    'In another terminal, in this folder, to see the changes as they come:',
    `  npx switchboard-realtime listen --url ${realtime} --apikey ${apikey} --table bookings`,
  ];
  if (postgres !== '') {
    lines.push('To check the database:', `  npx switchboard-realtime doctor --db ${postgres} --tables bookings`);
  }
  return `${lines.join('\n')}\n`;
}
