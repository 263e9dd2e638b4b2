export interface Account {
  id: string;
  name: string;
}

/** Whoever can log in. */
export interface Accounts {
  /** Null for an unknown login, a wrong password and a closed account alike, in the same time. */
  authenticate(login: string, password: string): Promise<Account | null>;
  /** Null when the account is gone or closed, however long its session would last. */
  find(id: string): Promise<Account | null>;
}
