import { Ajv, type Options } from 'ajv';
import formats from 'ajv-formats';
import type { FastifyInstance, FastifySchema, FastifySchemaCompiler } from 'fastify';
import fp from 'fastify-plugin';

const COMMON: Options = {
  allErrors: false,
  removeAdditional: false,
  useDefaults: true,
  strict: true,
  verbose: true,
};

/**
 * Bodies are taken as they are: Fastify's own settings would turn null into 0 and drop fields nobody knows. Only what
 * comes as text anyway (query, path, headers) is converted.
 */
export const validation = fp(async (app: FastifyInstance) => {
  const body = newAjv({ coerceTypes: false });
  const text = newAjv({ coerceTypes: true });
  const compiler: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) =>
    (httpPart === 'body' ? body : text).compile(schema);
  app.setValidatorCompiler(compiler);
});

function newAjv(options: Options): Ajv {
  const ajv = new Ajv({ ...COMMON, ...options });
  formats.default(ajv);
  // Marks free text, which is stored apart; it says nothing about what is valid.
  ajv.addKeyword('x-text');
  return ajv;
}
