import { createPrivateKey, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { leafOf, sealHashOf, type AuditRow, type SealBody } from '../../infra/audit/hashes.ts';
import { createSealChecker, parseSealKey } from '../../infra/audit/keys.ts';

const HASH = randomBytes(32);

describe('given an Ed25519 key', () => {
  // RFC 8032, section 7.1, test 1.
  const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
  const PUBLIC = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
  const SIGNED =
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
  const key = parseSealKey(Buffer.from(SEED, 'hex').toString('base64'));

  test('then it signs as the standard says', () => {
    expect(Buffer.from(key.publicKey, 'base64').toString('hex')).toBe(PUBLIC);
    expect(key.sign(Buffer.alloc(0)).toString('hex')).toBe(SIGNED);
  });

  test('then it is the same key as PEM, also in one line', () => {
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(SEED, 'hex'),
    ]);
    const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString();
    for (const text of [pem, pem.replaceAll('\n', '\\n')]) expect(parseSealKey(text).id).toBe(key.id);
  });

  test('then its public key alone checks what it signed, and nothing else', () => {
    const checker = createSealChecker([key.publicKey]);
    const other = parseSealKey(randomBytes(32).toString('base64'));
    const signature = key.sign(HASH);
    expect(checker.check(key.id, HASH, signature)).toBe(true);
    expect(checker.check(key.id, randomBytes(32), signature)).toBe(false);
    expect(checker.check(key.id, HASH, other.sign(HASH))).toBe(false);
    expect(checker.check(other.id, HASH, other.sign(HASH))).toBe(false);
    expect([checker.knows(key.id), checker.knows(other.id)]).toEqual([true, false]);
  });

  test.each(['', 'YWJj', '-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----'])(
    'then another text is refused without being repeated',
    (text) => {
      expect(() => parseSealKey(text)).toThrow(/^not an Ed25519 private key$/);
      expect(() => createSealChecker(['YWJj'])).toThrow(/32 bytes/);
    },
  );
});

describe('given a row and a seal', () => {
  const row: AuditRow = ['1', '2', 'a', 'read', 'dispute', 'dsp_1', ['x', 'y'], '{"a": 1}', 'r'];
  const seal: SealBody = {
    ...{
      number: 1,
      at: 2,
      emptied: true,
      ids: ['1', '2'],
      leaves: randomBytes(64),
      previous: HASH,
      keyId: 'k',
    },
  };

  test('then each column is part of the row’s hash, and none can pass for another', () => {
    const others: AuditRow[] = row.map((_, n) => row.with(n, n === 6 ? ['x,y'] : 'z') as AuditRow);
    const moved: AuditRow = ['1', '2', 'a', 'read', 'dispute', null, ['dsp_1', 'x', 'y'], '{"a": 1}', 'r'];
    const hashes = [row, ...others, moved].map((one) => leafOf(one).toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('then each part of a seal is part of its hash', () => {
    const others: Partial<SealBody>[] = [
      ...[{ number: 2 }, { at: 3 }, { emptied: false }, { ids: ['12'] }, { keyId: 'l' }],
      ...[{ leaves: randomBytes(64) }, { previous: randomBytes(32) }],
    ];
    const hashes = [{}, ...others].map((change) => sealHashOf({ ...seal, ...change }).toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
