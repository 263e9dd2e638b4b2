/**
 * Whoever follows a case with a tracking code instead of an account acts as `track:<id>`: one such principal speaks for
 * one person in one case, so that members, row-level security and the rules treat her like any other person.
 */
export const TRACKED = 'track:';

export const isTracked = (personId: string): boolean => personId.startsWith(TRACKED);

// Without letters and digits that look alike on paper; 31 of them, a prime.
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
/** Characters of a code before its check character: 11 of 31 are 54 bits. */
const RANDOM_CHARACTERS = 11;
const GROUP = /.{4}/g;

/** Bytes that a code is made of: 16 more bits than it needs, so that no code is much likelier than another. */
export const CODE_BYTES = 9;

/** The code that these bytes make, as it is printed: `K7PM-3XQD-9RTC`. Throws `RangeError` for too few bytes. */
export function codeFrom(random: Uint8Array): string {
  if (random.length < CODE_BYTES) throw new RangeError(`a code needs ${CODE_BYTES} bytes`);
  let number = random.slice(0, CODE_BYTES).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let characters = '';
  for (let n = 0; n < RANDOM_CHARACTERS; n += 1) {
    characters += ALPHABET[Number(number % 31n)];
    number /= 31n;
  }
  return (characters + checkOf(characters)).match(GROUP)!.join('-');
}

/**
 * The code as somebody typed it, without blanks and dashes and in capitals; null when it cannot be one. One wrong
 * character and two that changed places are always noticed, whether or not there is such a code.
 */
export function readCode(typed: string): string | null {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '');
  if (code.length !== RANDOM_CHARACTERS + 1) return null;
  if ([...code].some((character) => !ALPHABET.includes(character))) return null;
  return checkOf(code.slice(0, -1)) === code.at(-1) ? code : null;
}

/** A sum in which each place has a weight of its own, modulo the prime. */
function checkOf(characters: string): string {
  const sum = [...characters].reduce(
    (total, character, place) => total + ALPHABET.indexOf(character) * (place + 2),
    0,
  );
  return ALPHABET[sum % ALPHABET.length]!;
}

const PIN = /^\d{6}$/;

/** Whether a PIN that somebody chose would be among the first that are tried: one digit only, or digits in a row. */
export function isGuessablePin(pin: string): boolean {
  if (!PIN.test(pin)) throw new RangeError('a PIN has six digits');
  const steps = new Set([...pin].slice(1).map((digit, n) => Number(digit) - Number(pin[n])));
  const halves = pin.slice(0, 3) === pin.slice(3) || /^(\d\d)\1\1$/.test(pin);
  return halves || (steps.size === 1 && [-1, 0, 1].includes([...steps][0]!));
}
