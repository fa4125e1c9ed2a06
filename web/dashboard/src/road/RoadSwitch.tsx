import type { Road } from 'switchboard-realtime';
import { Choices } from '../lab/Choices.js';
import { takeRoad, useRoads } from './road.js';

const choices: readonly { value: Road; label: string; about: string }[] = [
  {
    value: 'broadcast',
    label: 'Broadcasts with numbers',
    about: 'The database numbers each change; what is missed is fetched by its number',
  },
  {
    value: 'postgres_changes',
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
      <Choices
        labelledBy="road-switch"
        choices={choices}
        taken={roads.taken}
        onTake={(value) => {
          takeRoad(value, roads);
        }}
      />
    </section>
  );
}
