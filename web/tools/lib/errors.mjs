/** Wrong use of a command: shown without a stack, exit code 2. */
export class UsageError extends Error {}

/** A step that cannot succeed for a reason already written in full: shown without a stack, exit code 1. */
export class StepError extends Error {}
