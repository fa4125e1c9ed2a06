type ChoicesProps<Value> = {
  /** Id of the heading. */
  labelledBy: string;
  choices: readonly { value: Value; label: string; about: string }[];
  taken: Value;
  onTake: (value: Value) => void;
};

/** Buttons of which one is pressed. */
export function Choices<Value extends string>({ labelledBy, choices, taken, onTake }: ChoicesProps<Value>) {
  return (
    <div className="switches roads" role="group" aria-labelledby={labelledBy}>
      {choices.map(({ value, label, about }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === taken}
          onClick={() => {
            onTake(value);
          }}
        >
          <b>{label}</b>
          <span>{about}</span>
        </button>
      ))}
    </div>
  );
}
