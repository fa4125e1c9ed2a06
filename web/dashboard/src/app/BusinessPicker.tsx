import type { Business } from '../data/database.js';

type Props = {
  businesses: readonly Business[];
  chosen: Business | undefined;
  onChoose: (id: string) => void;
};

export function BusinessPicker({ businesses, chosen, onChoose }: Props) {
  return (
    <label className="picker">
      <span className="only-heard">Business</span>
      <select
        value={chosen?.id ?? ''}
        disabled={chosen === undefined}
        onChange={(event) => {
          onChoose(event.target.value);
        }}
      >
        {chosen === undefined ? <option value="">Loading…</option> : null}
        {businesses.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
