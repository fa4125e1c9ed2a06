import type { TokenProblem } from '../tokens.js';

const MALFORMED = 'The token provided is not a valid JWT';
const CLAIMS = 'Fields `role` and `exp` are required in JWT';
const SIGNATURE = 'Failed to validate JWT signature';

/** How a handshake is refused. */
export function handshakeRefusal(problem: TokenProblem): { status: number; message: string } {
  return problem.kind === 'invalid'
    ? { status: 500, message: 'Error connecting to Realtime' }
    : { status: 401, message: handshakeMessage(problem) };
}

function handshakeMessage(problem: Exclude<TokenProblem, { kind: 'invalid' }>): string {
  switch (problem.kind) {
    case 'malformed':
      return MALFORMED;
    case 'signature':
      return SIGNATURE;
    case 'expired':
      return 'Token has expired';
    case 'claims':
      return CLAIMS;
  }
}

/** The reason of a refused join. */
export function joinReason(problem: TokenProblem): string {
  switch (problem.kind) {
    case 'malformed':
      return `MalformedJWT: ${MALFORMED}`;
    case 'signature':
      return `JwtSignatureError: ${SIGNATURE}`;
    case 'expired':
      return `InvalidJWTToken: Token has expired ${problem.secondsAgo} seconds ago`;
    case 'claims':
      return `InvalidJWTToken: ${CLAIMS}`;
    case 'invalid':
      return 'Unknown Error on Channel';
  }
}

/** The `system` message of a channel that closes because of its token. */
export function shutdownMessage(problem: TokenProblem): string {
  switch (problem.kind) {
    case 'malformed':
      return MALFORMED;
    case 'signature':
      return ':signature_error';
    case 'expired':
      return `Token has expired ${problem.secondsAgo} seconds ago`;
    case 'claims':
      return CLAIMS;
    case 'invalid':
      return problem.description;
  }
}
