/** Settings for the demo, tests and benches: one person there asks more in a second than a real one in an hour. */
export const WITHOUT_LIMITS = { RATE_PER_MINUTE: '0', ADDRESS_PER_MINUTE: '0', LOGINS_PER_MINUTE: '0' };
