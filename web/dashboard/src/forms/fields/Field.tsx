import { useEffect, useId, useRef, type ComponentProps, type ReactNode } from 'react';
import type { Choice } from './choices.js';

type TextProps = Omit<ComponentProps<'input'>, 'onChange' | 'value'> & {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** Below the input. */
  hint?: string | undefined;
  suggestions?: readonly string[];
  /** Why this value can't be saved, in a sentence. */
  problem?: string | undefined;
  /** Beside the problem: what puts it right. */
  remedy?: ReactNode;
};

// Native validation takes blanks for a value.
const NOT_BLANK = { pattern: '.*\\S.*', title: 'Not only blanks' };

/** A labelled input, with suggestions if there are any. A required text must hold more than blanks. */
export function TextField({ label, value, onValue, hint, suggestions, problem, remedy, ...input }: TextProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);
  useEffect(() => {
    element.current?.setCustomValidity(problem ?? '');
  }, [problem]);
  const isText = input.type === undefined || input.type === 'text';
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={element}
        {...(isText && input.required === true ? NOT_BLANK : {})}
        {...input}
        {...(suggestions === undefined ? {} : { list: `${id}-list` })}
        {...(hint === undefined && problem === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        {...(problem === undefined ? {} : { 'aria-invalid': true })}
        value={value}
        onChange={(event) => {
          onValue(event.target.value);
        }}
      />
      {hint === undefined && problem === undefined ? null : (
        <span id={`${id}-hint`} className="hint" data-problem={problem !== undefined}>
          {problem ?? hint}
          {remedy === undefined || remedy === null ? null : <> {remedy}</>}
        </span>
      )}
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

type SelectProps = {
  label: string;
  /** Below the list. */
  hint?: string | undefined;
  name: string;
  choices: readonly Choice[];
  value: string;
  onValue: (value: string) => void;
  required?: boolean;
};

export function SelectField({ label, choices, value, hint, onValue, ...select }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        {...select}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        value={value}
        onChange={(event) => {
          onValue(event.target.value);
        }}
      >
        {choices.map(({ value: choice, label: text }) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  );
}
