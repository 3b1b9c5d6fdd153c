import { isMadeByModel, SOURCE_TYPE_SCHEME } from '../image/source-types.js';
import { escapeXml } from '../image/xml.js';
import type { OriginalRecord } from '../originals/record.js';

/**
 * The XMP packet that every file made from an original carries: how the picture came to be, and by which system. `undefined`
 * where neither is known, as it may be of a picture that somebody brought.
 *
 * @see https://iptc.org/standards/photo-metadata/ for DigitalSourceType and AISystemUsed
 */
export function renderXmp(record: OriginalRecord): string | undefined {
  const { sourceType } = record;
  const system = systemOf(record);
  if (sourceType === undefined && system === undefined) return undefined;
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    ...property('DigitalSourceType', sourceType && `${SOURCE_TYPE_SCHEME}${sourceType}`),
    ...property('AISystemUsed', system),
    '</rdf:Description>',
    '</rdf:RDF>',
    '</x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('\n');
}

/** A provider that declares another source type need not have used the model that was asked for. */
function systemOf({ sourceType, modelVersion, model, provider }: OriginalRecord): string | undefined {
  return modelVersion ?? (isMadeByModel(sourceType) ? model : provider);
}

function property(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`<Iptc4xmpExt:${name}>${escapeXml(value)}</Iptc4xmpExt:${name}>`];
}
