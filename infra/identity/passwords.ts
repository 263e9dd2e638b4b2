import argon2 from 'argon2';
import { PasswordsBusyError } from '../../ports/accounts.ts';

/** OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane. */
const OPTIONS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Passwords of one process looked at or hashed at once: about 300 MiB. One more is told to come again. */
export const HASHES_MAX = 16;

export const hashPassword = (password: string): Promise<string> => argon2.hash(password, OPTIONS);

export interface Passwords {
  /** False for an account without a hash too, in the same time. Throws `PasswordsBusyError`. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Throws `PasswordsBusyError`. */
  hash(password: string): Promise<string>;
  /** Whether one more would be refused now. */
  full(): boolean;
}

/** Passwords behind a gate, so that logins can never take the memory and threads that cases need. */
export function createPasswords(): Passwords {
  let current = 0;
  // Verified against where there is no hash, so that an unknown login takes as long as a wrong password.
  let decoy: Promise<string> | undefined;
  const gated = async <T>(work: () => Promise<T>): Promise<T> => {
    if (current >= HASHES_MAX) throw new PasswordsBusyError();
    current += 1;
    try {
      return await work();
    } finally {
      current -= 1;
    }
  };
  return {
    verify: (hash, password) =>
      gated(async () => {
        decoy ??= hashPassword('nobody');
        const right = await argon2.verify(hash ?? (await decoy), password);
        return right && hash !== null;
      }),
    hash: (password) => gated(() => hashPassword(password)),
    full: () => current >= HASHES_MAX,
  };
}

/** Of at least ten characters, from the lists of stolen passwords that are tried first; lower case. */
const COMMON = new Set(
  `1234567890 0123456789 0987654321 9876543210 1234567891 12345678910 123456789a 123456789q 123456789abc 123456abcd
  a123456789 q123456789 aa123456789 abc123456789 abc1234567 abcd123456 abcd1234567 asd123456789 zxc123456789
  qaz123456789 wo123456789 woaini1314 woaini520 woaini521 woaini1314520 5201314520 1314520520 woaini123456 147258369a
  1472583690 1234554321 1122334455 1234512345 123123123123 123321123321 112233445566 qwertyuiop qwertyuiop123
  qwerty123456 qwerty12345 qwerty1234 qwer123456 qwerty123456789 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc
  !qaz2wsx3edc zaq12wsxcde3 zxcvbnm123 zxcvbnm123456 asdfghjkl1 asdfghjkl123 asdfghjkl; abcdefghij abcdefghijk
  password12 password123 password1234 password12345 password123456 password@123 p@ssword123 p@ssw0rd123 passw0rd123
  pass@word1 mypassword passwordpassword admin12345 admin123456 admin@1234 admin@123456 administrator root123456
  user123456 test123456 guest12345 welcome123 welcome1234 welcome@123 letmein123 letmein1234 changeme123 changeit123
  iloveyou12 iloveyou123 iloveyou1234 football123 baseball123 basketball sunshine123 princess123 superman123 batman12345
  monkey12345 dragon12345 master12345 shadow12345 michael123 jennifer123 charlie123 computer123 internet123 samsung123
  liverpool123 chelsea123 arsenal123 starwars123 pokemon123 whatever123 trustno1trustno1 secret12345 default123
  p@$$w0rd123 qwe123456789 123qweasdzxc qweasdzxc123 1qaz@wsx3edc zhang123456 wang123456 li123456789 beijing2008
  fengqiao-demo fengqiao123 fengqiao1234 fengqiao12345`.split(/\s+/),
);

/** Whether anybody would try it among the first: a common one, a single character again and again, or the login. */
export function isGuessable(password: string, login: string): boolean {
  const plain = password.toLowerCase();
  return COMMON.has(plain) || new Set(plain).size < 3 || plain === login.toLowerCase();
}
