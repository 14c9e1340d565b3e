/** Shapes of credentials that must not be stored. Each is specific enough to leave ordinary code alone. */
const shapes: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /\bgh[oprsu]_[A-Za-z0-9._-]{35,}[A-Za-z0-9_-]/g,
  /\bgithub_pat_[A-Za-z0-9_]{50,255}\b/g,
  // Our own: sessions and boot codes, which are dead when they are read, and must not look otherwise.
  /\bentropy_(?:boot|session|setup)_[A-Za-z0-9_-]{30,}/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /\baws_?(?:secret_?access_?key|session_?token)["']?\s{0,9}[:=]\s{0,9}["']?[A-Za-z0-9/+=]{40,}/gi,
  /\b(?:bedrock-api-key-|ABSK)[A-Za-z0-9+/=]{60,}/g,
  /\bsk-(?:ant|proj|svcacct|admin|or-v1)-[A-Za-z0-9_-]{20,}/g,
  /\b(?:gsk_|hf_|xai-|fw_|dop_v1_|pplx-|r8_|whsec_)[A-Za-z0-9+/]{32,}/g,
  /\bdckr_pat_[A-Za-z0-9_-]{20,}/g,
  /\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{30,}/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/g,
  /\bPuTTY-User-Key-File-\d[\s\S]*?(?:Private-MAC: [0-9a-f]+|$)/g,
  /\bhttps:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,}/g,
  /\bsk-[A-Za-z0-9]{32,}\b/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{35}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bpypi-[A-Za-z0-9_-]{50,}/g,
  /\b[rs]k_live_[A-Za-z0-9]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
];

/** What stands where a credential was. */
const redactedMark = '[redacted]';

/** A text or value without credentials, and how many were taken out. */
export interface Redacted<T> {
  readonly value: T;
  readonly count: number;
}

/** Takes out credentials by their shape, and the `known` ones by their text. */
export function redact(text: string, known: readonly string[] = []): Redacted<string> {
  let count = 0;
  let value = text;
  const mark = () => {
    count += 1;
    return redactedMark;
  };
  for (const secret of known) {
    if (secret.length >= 8) value = value.replaceAll(secret, mark);
  }
  for (const shape of shapes) value = value.replace(shape, mark);
  return { value, count };
}

/** As `redact`, over every string of a JSON value; the keys of objects are left as they are. */
export function redactJson<T>(value: T, known: readonly string[] = []): Redacted<T> {
  let count = 0;
  const walk = (item: unknown): unknown => {
    if (typeof item === 'string') {
      const text = redact(item, known);
      count += text.count;
      return text.value;
    }
    if (Array.isArray(item)) return item.map(walk);
    if (item === null || typeof item !== 'object') return item;
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, walk(member)]));
  };
  return { value: walk(value) as T, count };
}
