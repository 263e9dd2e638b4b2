import type { SearchedField } from '../../ports/field-cipher.ts';

/**
 * How a value is compared. A phone: its digits, without +86 or 0086 in front. An ID number: no blanks, and a capital X.
 * Full-width characters, as a Chinese keyboard makes them, count as what they stand for.
 */
export function normalised(field: SearchedField, text: string): string {
  const plain = text.normalize('NFKC');
  if (field === 'id-number') return plain.replaceAll(/\s/g, '').toUpperCase();
  const digits = plain.replaceAll(/\D/g, '');
  if (digits.startsWith('0086')) return digits.slice(4);
  return /^\s*\+/.test(plain) && digits.startsWith('86') ? digits.slice(2) : digits;
}
