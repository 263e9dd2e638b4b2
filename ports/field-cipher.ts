/** The ciphers a site may choose from: the international ones, and the national ones (GB/T 32907, GB/T 32905). */
export const FIELD_SUITES = ['aes', 'sm'] as const;
export type FieldSuite = (typeof FIELD_SUITES)[number];

/** Fields that can be searched for by their whole value. */
export type SearchedField = 'phone' | 'id-number';

/** Turns a protected field into what lies in its column, and back. */
export interface FieldCipher {
  seal(text: string): Buffer;
  /** Throws when the key is not in the ring or the bytes were changed. */
  open(sealed: Buffer): string;
  /**
   * The same for the same value however it is written (see `normalised`), and different for different fields. Null for
   * a value of which nothing is left, such as a phone without digits: all of them would be found together.
   */
  hash(field: SearchedField, text: string): Buffer | null;
}
