import type { NotStored } from '../ports/attachments.ts';
import {
  DISPUTE_MAX_BYTES,
  FILE_MAX_BYTES,
  FILES_MAX,
  MEDIA_TYPES,
  PERSON_FILES_MAX,
  PERSON_MAX_BYTES,
  PIXELS_MAX,
} from '../schemas/api/attachments.ts';
import { keyReused } from './act.ts';
import { Problem } from './problem.ts';

const mb = (bytes: number): string => `${bytes / 1024 / 1024} MB`;
const TYPES = Object.keys(MEDIA_TYPES).join(', ');

/** Why a file was not taken in, as an answer that says what would be right. */
export function notStored(refused: NotStored): Problem {
  switch (refused.outcome) {
    case 'key-reused':
      return keyReused();
    case 'empty':
      return problem(400, 'invalid_body', 'the file is empty', 'the bytes of the file');
    case 'too-large':
      return problem(413, 'payload_too_large', 'the file is too large', `at most ${mb(FILE_MAX_BYTES)}`);
    case 'too-many-pixels':
      return problem(413, 'payload_too_large', 'the picture is too large', `at most ${PIXELS_MAX} pixels`);
    case 'unsupported':
      return problem(415, 'unsupported_media_type', 'files of this type are not taken in', TYPES);
    case 'unreadable':
      return problem(422, 'unreadable_file', 'the picture cannot be read', 'a picture that is whole');
    case 'location-stays': {
      const expected = 'a JPEG, or keepLocation=true to keep it on purpose';
      return problem(
        422,
        'location_stays',
        'where it was taken cannot be removed from this picture',
        expected,
      );
    }
    case 'full': {
      const [files, bytes] =
        refused.whose === 'dispute' ? [FILES_MAX, DISPUTE_MAX_BYTES] : [PERSON_FILES_MAX, PERSON_MAX_BYTES];
      const title =
        refused.whose === 'dispute' ? 'the dispute has too many files' : 'you have sent too many files';
      return problem(409, 'limit_exceeded', title, `at most ${files} files and ${mb(bytes)}`);
    }
  }
}

/** The storage or the database does not answer; whatever was begun is undone. */
export const storageAway = (what: 'stored' | 'read'): Problem =>
  new Problem({
    ...{ status: 503, code: 'unavailable', title: `files cannot be ${what} just now` },
    ...{ expected: what === 'stored' ? 'ask again with the same key' : 'ask again', retryAfter_s: 5 },
  });

const problem = (
  status: number,
  code: Problem['options']['code'],
  title: string,
  expected: string,
): Problem => new Problem({ status, code, title, expected });
