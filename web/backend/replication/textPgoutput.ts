import type { Client } from 'pg';
import { AbstractPlugin } from 'pg-logical-replication/dist/output-plugins/abstract.plugin.js';

import { decodePgoutput, type PgoutputMessage } from './pgoutput.js';

export interface TextPgoutputOptions {
  publication: string;
}

/** pgoutput with every value left in PostgreSQL's own text, over a slot that ends with its connection. */
export class TextPgoutput extends AbstractPlugin<TextPgoutputOptions> {
  override readonly name = 'pgoutput';

  parse(buffer: Buffer): PgoutputMessage {
    return decodePgoutput(buffer);
  }

  async start(client: Client, slot: string): Promise<unknown> {
    await client.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
    return client.query(
      `START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '"${this.options.publication}"')`,
    );
  }
}
