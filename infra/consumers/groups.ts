/** Consumer groups of `fengqiao.disputes.v1`; a test holds them equal to the handlers'. */
export const GROUPS = [
  'fengqiao.intake',
  'fengqiao.links',
  'fengqiao.grid',
  'fengqiao.community',
  'fengqiao.street',
  'fengqiao.notifier',
] as const;
