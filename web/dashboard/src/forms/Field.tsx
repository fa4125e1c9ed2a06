import { useId, type ComponentProps } from 'react';

type TextProps = { label: string; name: string; suggestions?: readonly string[] } & ComponentProps<'input'>;

/** A labelled input, with suggestions if there are any. */
export function TextField({ label, suggestions, ...input }: TextProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} {...input} {...(suggestions === undefined ? {} : { list: `${id}-list` })} />
      {suggestions === undefined ? null : (
        <datalist id={`${id}-list`}>
          {suggestions.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </div>
  );
}

export type Choice = { readonly value: number | string; readonly label: string };

type SelectProps = { label: string; name: string; choices: readonly Choice[]; defaultValue: number | string };

export function SelectField({ label, name, choices, defaultValue }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={defaultValue}>
        {choices.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
