/**
 * How a picture can have come to be, in IPTC's terms: what `DigitalSourceType` says. Those that IPTC has retired are left out;
 * a file that carries one keeps it.
 *
 * @see https://cv.iptc.org/newscodes/digitalsourcetype/
 */
export const sourceTypes = [
  'digitalCapture',
  'computationalCapture',
  'negativeFilm',
  'positiveFilm',
  'print',
  'humanEdits',
  'algorithmicallyEnhanced',
  'digitalCreation',
  'dataDrivenMedia',
  'screenCapture',
  'virtualRecording',
  'composite',
  'compositeCapture',
  'compositeSynthetic',
  'algorithmicMedia',
  'trainedAlgorithmicMedia',
  'compositeWithTrainedAlgorithmicMedia',
] as const;

/** What a term becomes a URI with. */
export const SOURCE_TYPE_SCHEME = 'http://cv.iptc.org/newscodes/digitalsourcetype/';

/** Whether pictures of this kind are what a model that was trained on others made, all of it or a part. */
export function isMadeByModel(sourceType: string | undefined): boolean {
  return /trainedAlgorithmicMedia$/i.test(sourceType ?? '');
}
