import { randomBytes } from 'node:crypto';

const KEY = /^([0-9a-f]{2})\/([0-9a-f]{2})\/(att_\1\2[0-9a-f]{22})(\.thumb)?$/;
const ID = /^att_[0-9a-f]{26}$/;

/** Random, so that an id tells nothing and two attempts of one upload never share bytes. */
export const newAttachmentId = (): string => `att_${randomBytes(13).toString('hex')}`;

/** Where the bytes of an attachment lie: 65,536 folders, by the id's first four digits. No name, no type, nothing a client sent. */
export function keyOf(id: string, part: 'content' | 'thumbnail' = 'content'): string {
  if (!ID.test(id)) throw new RangeError('not the id of an attachment');
  return `${id.slice(4, 6)}/${id.slice(6, 8)}/${id}${part === 'thumbnail' ? '.thumb' : ''}`;
}

/** The attachment a key belongs to; null for what this program never wrote. */
export const idOfKey = (key: string): string | null => KEY.exec(key)?.[3] ?? null;

/** Throws `RangeError` on anything but a key of ours: what comes from elsewhere never becomes a path. */
export function assertKey(key: string): string {
  if (idOfKey(key) === null) throw new RangeError('not a key of the storage');
  return key;
}
