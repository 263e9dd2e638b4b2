import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { CaseKind } from '../../domain/machine.ts';

/** Clock events are the same in every kind of case, so they are written once and registered for each. */
export type ContractKind = CaseKind | 'clock';

/** What a consumer may rely on: the shape of `data.event` in one version of one event. */
export interface EventContract<E extends { type: string } = { type: string }> {
  kind: ContractKind;
  type: string;
  /** Grows only when a consumer of the present version would go wrong; a new field alone does not raise it. */
  version: number;
  summary: string;
  schema: TSchema;
  example: E;
}

interface Parts<T extends string, P extends Record<string, TSchema>> {
  kind: ContractKind;
  type: T;
  version: number;
  summary: string;
  fields: P;
  example: NoInfer<Static<TObject<P>>>;
}

/** Makes a contract from an event's fields; fields that the schema does not know stay allowed. */
export function defineEvent<const T extends string, P extends Record<string, TSchema>>(
  parts: Parts<T, P>,
): EventContract<{ type: T } & Static<TObject<P>>> {
  const { kind, type, version, summary, fields } = parts;
  const schema = Type.Object({ type: Type.Literal(type), ...fields });
  return { kind, type, version, summary, schema, example: { type, ...parts.example } };
}

/** One contract for each event of a kind: a missing one and one that the domain does not know both fail to compile. */
export type ContractsOf<E extends { type: string }> = { [T in E['type']]: EventContract<{ type: T }> };

// Without this `{}` and `{ a?: number }` would count as the same, since each may stand where the other is asked for.
type Full<T> = T extends (infer I)[] ? Full<I>[] : T extends object ? { [K in keyof T]-?: Full<T[K]> } : T;
type Mutual<X, Y> = [X] extends [Y] ? ([Y] extends [X] ? true : false) : false;
type Same<X, Y> = [Mutual<X, Y>, Mutual<Full<X>, Full<Y>>] extends [true, true] ? true : false;

/** The names of the events whose schema does not say exactly what the domain's type says. */
export type Differing<C extends Record<E['type'], { example: unknown }>, E extends { type: string }> = {
  [T in E['type']]: Same<C[T]['example'], Extract<E, { type: T }>> extends true ? never : T;
}[E['type']];

/** Compiles only for nothing; otherwise the compiler's message names what should not be there. */
export type None<T extends never> = T;
