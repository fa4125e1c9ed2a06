import type { PgoutputMessage, Relation, TextValue } from './pgoutput.js';
import type { RowChange } from './rowChange.js';

/** Puts the messages of the stream together to the changes of whole transactions. */
export class TransactionAssembler {
  readonly #onRelation: (relation: Relation) => void;
  readonly #relations = new Map<number, Relation>();
  #committedAt = new Date(0);
  #changes: RowChange[] = [];

  /** Called with every relation that is new or has changed its columns. */
  constructor(onRelation: (relation: Relation) => void) {
    this.#onRelation = onRelation;
  }

  /** Returns the changes of the transaction that this message commits, else null. */
  add(message: PgoutputMessage): RowChange[] | null {
    switch (message.kind) {
      case 'begin':
        this.#committedAt = message.committedAt;
        this.#changes = [];
        return null;
      case 'relation':
        this.#relations.set(message.relation.oid, message.relation);
        this.#onRelation(message.relation);
        return null;
      case 'insert':
        this.#push(message.relationOid, 'INSERT', message.newValues, null);
        return null;
      case 'update':
        this.#push(message.relationOid, 'UPDATE', message.newValues, message.oldValues);
        return null;
      case 'delete':
        this.#push(message.relationOid, 'DELETE', null, message.oldValues);
        return null;
      case 'commit': {
        const changes = this.#changes;
        this.#changes = [];
        return changes;
      }
      case 'other':
        return null;
    }
  }

  #push(oid: number, type: RowChange['type'], newValues: TextValue[] | null, oldTuple: TextValue[] | null): void {
    const relation = this.#relations.get(oid);
    if (relation === undefined) return;
    // Without an old tuple no identity column changed, so the new ones are the old ones.
    const identity = type === 'INSERT' ? null : (oldTuple ?? newValues);
    this.#changes.push({
      relation,
      type,
      committedAt: this.#committedAt,
      newValues,
      oldValues: identity?.map((value, i) => (relation.columns[i]?.isIdentity === true ? value : undefined)) ?? null,
    });
  }
}
