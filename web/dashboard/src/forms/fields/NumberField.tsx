import { numberIn, numberProblem, numberText, type NumberRule } from './numbers.js';
import { TextField } from './Field.js';

type Props = {
  label: string;
  name: string;
  value: string;
  rule: NumberRule;
  /** As it is in the database: allowed in any case. Absent: there is none. */
  stored?: string | undefined;
  required?: boolean;
  hint?: string | undefined;
  onValue: (value: string) => void;
};

/** A number as people write it, with what is wrong about it. Shows how it was understood once it is left. */
export function NumberField({ rule, stored, value, onValue, ...input }: Props) {
  const problem = value === stored ? undefined : numberProblem(value, rule);
  return (
    <TextField
      inputMode={rule.decimals === 0 ? 'numeric' : 'decimal'}
      autoComplete="off"
      {...input}
      value={value}
      problem={problem}
      onValue={onValue}
      onBlur={() => {
        if (problem === undefined && value !== stored && value.trim() !== '')
          onValue(numberText(numberIn(value), rule.decimals));
      }}
    />
  );
}
