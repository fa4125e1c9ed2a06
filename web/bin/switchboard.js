#!/usr/bin/env node
// Here rather than in `dist`, so that npm can link the command before the package has been compiled.
import '../dist/cli/main.js';
