import { escapeXml } from '../image/xml.js';
import type { OriginalRecord } from '../originals/record.js';

/**
 * The XMP packet that every file made from an original carries: how the picture came to be, and by which system.
 *
 * @see https://iptc.org/standards/photo-metadata/ for DigitalSourceType and AISystemUsed
 */
export function renderXmp({ sourceType, modelVersion, model, provider }: OriginalRecord): string {
  // A provider that declares another source type need not have used the model that was asked for.
  const system = modelVersion ?? (/trainedAlgorithmicMedia$/i.test(sourceType) ? model : provider);
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    `<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/${escapeXml(sourceType)}</Iptc4xmpExt:DigitalSourceType>`,
    `<Iptc4xmpExt:AISystemUsed>${escapeXml(system)}</Iptc4xmpExt:AISystemUsed>`,
    '</rdf:Description>',
    '</rdf:RDF>',
    '</x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('\n');
}
