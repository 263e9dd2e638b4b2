import { Type, type Static } from 'typebox';
import { ReportBody } from '../api/reports.ts';
import { Id } from '../parts.ts';

/**
 * A report that another system puts on `fengqiao.reports.v1`: a CloudEvent whose data is a report as the API takes it.
 * `source` and `id` together are its identity: the same event twice is one report.
 */
export const REPORT_EVENT = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Id(),
  source: Type.String({ minLength: 1, maxLength: 200 }),
  type: Type.Literal('cn.fengqiao.report.v1'),
  time: Type.Optional(Type.String()),
  datacontenttype: Type.Optional(Type.Literal('application/json')),
  data: ReportBody,
});
export type ReportEvent = Static<typeof REPORT_EVENT>;
