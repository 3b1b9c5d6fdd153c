import { crc32 } from 'node:zlib';

/*
 * Pictures with C2PA manifest stores as cameras and image models embed them. The stores are unsigned and hold one assertion
 * each, but boxes, containers and encodings are the real ones.
 */

/** A store whose actions were made by these source types, as CBOR. @param filler bytes before them */
export function manifestStore(sourceTypes: readonly string[], filler = 0): Buffer {
  const actions = sourceTypes.map((type) =>
    Buffer.concat([
      Buffer.from([0xa3]),
      cborText('action'),
      cborText('c2pa.created'),
      cborText('digitalSourceType'),
      cborText(type),
      // The head of this text is the letter "m", which looks like more of the term before it.
      cborText('softwareAgent'),
      cborText('A camera'),
    ]),
  );
  const list = Buffer.concat([
    Buffer.from([0xa1]),
    cborText('actions'),
    Buffer.from([0x80 + actions.length]),
    ...actions,
  ]);
  return superbox(
    'c2pa',
    superbox('urn:uuid:1', Buffer.concat([box('free', Buffer.alloc(filler)), box('cbor', list)])),
  );
}

/** The same as JSON, as older writers have it. */
export function jsonStore(sourceType: string): Buffer {
  return superbox('c2pa', box('json', Buffer.from(JSON.stringify({ digitalSourceType: sourceType, more: 'words' }))));
}

/** Puts a store into a picture, where its format has it. */
export const embed: Record<'png' | 'jpeg' | 'webp' | 'avif', (picture: Buffer, store: Buffer) => Buffer> = {
  png: (picture, store) => {
    const body = Buffer.concat([Buffer.from('caBX'), store]);
    const chunk = Buffer.concat([uint32(store.length), body, uint32(crc32(body))]);
    // After the header, which is 13 bytes long.
    return Buffer.concat([picture.subarray(0, 33), chunk, picture.subarray(33)]);
  },

  jpeg: (picture, store) => {
    const head = store.subarray(0, 8);
    const parts: Buffer[] = [];
    for (let at = 8; at < store.length; at += 65_000) {
      const part = Buffer.concat([head, store.subarray(at, at + 65_000)]);
      const segment = Buffer.concat([Buffer.from('JP'), Buffer.from([0, 1]), uint32(parts.length + 1), part]);
      parts.push(Buffer.concat([Buffer.from([0xff, 0xeb]), uint16(segment.length + 2), segment]));
    }
    return Buffer.concat([picture.subarray(0, 2), ...parts, picture.subarray(2)]);
  },

  webp: (picture, store) => {
    const odd = store.length % 2;
    const size = Buffer.alloc(4);
    size.writeUInt32LE(store.length);
    const body = Buffer.concat([picture.subarray(8), Buffer.from('C2PA'), size, store, Buffer.alloc(odd)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    return Buffer.concat([Buffer.from('RIFF'), length, body]);
  },

  avif: (picture, store) => {
    const uuid = Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex');
    const head = Buffer.concat([Buffer.alloc(4), Buffer.from('manifest\0'), Buffer.alloc(8)]);
    return Buffer.concat([picture, box('uuid', Buffer.concat([uuid, head, store]))]);
  },
};

function superbox(label: string, content: Buffer): Buffer {
  const description = Buffer.concat([Buffer.alloc(16), Buffer.from([3]), Buffer.from(`${label}\0`)]);
  return box('jumb', Buffer.concat([box('jumd', description), content]));
}

function box(type: string, content: Buffer): Buffer {
  return Buffer.concat([uint32(8 + content.length), Buffer.from(type), content]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = bytes.length < 24 ? [0x60 + bytes.length] : [0x78, bytes.length];
  return Buffer.concat([Buffer.from(head), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint16(value: number): Buffer {
  return uint32(value).subarray(2);
}
