import type { Road } from 'switchboard-realtime';
import { takeRoad, useRoads } from './road.js';

const choices: readonly { road: Road; label: string; about: string }[] = [
  {
    road: 'broadcast',
    label: 'Broadcasts with numbers',
    about: 'The database numbers each change; what is missed is fetched by its number',
  },
  {
    road: 'postgres_changes',
    label: 'postgres_changes',
    about: 'Changes are read from the log of the database; after a gap the rows are fetched',
  },
];

/** How changes come to this window. It is in the address of the page, which is loaded again. */
export function RoadSwitch() {
  const roads = useRoads();
  return (
    <section aria-labelledby="road-switch">
      <h3 id="road-switch">Changes by</h3>
      <div className="switches roads" role="group" aria-labelledby="road-switch">
        {choices.map(({ road, label, about }) => (
          <button
            key={road}
            type="button"
            aria-pressed={road === roads.taken}
            onClick={() => {
              takeRoad(road, roads);
            }}
          >
            <b>{label}</b>
            <span>{about}</span>
          </button>
        ))}
      </div>
    </section>
  );
}
