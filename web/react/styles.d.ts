// The package's `styles.css`, for compilers that ask what a module imported for its effect is.
export {};
