import type { TypeCatalog, TypeInfo } from '../changes/typeCatalog.js';
import { arrayToJson } from './array.js';
import { asString, scalarConversion, type Conversion } from './scalar.js';

const INT2VECTOR = 22;
const OIDVECTOR = 30;

/**
 * How values of the type become JSON text; null when only PostgreSQL itself can say (composite types, json with its
 * insignificant blanks, types with their own cast to json, and arrays of these). All types involved must be loaded.
 */
export function conversionFor(typeOid: number, types: TypeCatalog): Conversion | null {
  const known = scalarConversion(typeOid);
  if (known !== undefined) return known;
  const type = types.get(typeOid);
  if (type.hasJsonCast || type.kind === 'composite') return null;
  switch (type.kind) {
    case 'domain':
      return conversionFor(type.relatedOid, types);
    case 'array':
      return arrayConversion(type, types);
    default:
      return asString;
  }
}

function arrayConversion(type: TypeInfo, types: TypeCatalog): Conversion | null {
  if (type.oid === INT2VECTOR || type.oid === OIDVECTOR) return null;
  const element = conversionFor(type.relatedOid, types)?.element;
  if (element === undefined) return null;
  const convert = (text: string): string => arrayToJson(text, type.delimiter, element);
  return { top: convert, element: convert };
}
