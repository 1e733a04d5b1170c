/**
 * Status codes 200..249 of the folder card and their texts.
 */

/** A field is missing or wrong; {@link cardReason} says which. */
export const CARD_FIELD: i32 = 200;
/** The card is not JSON. */
export const CARD_JSON: i32 = 201;
/** A path leads out of the package. */
export const CARD_PATH: i32 = 202;
/** A file has another size than the card says. */
export const CARD_SIZE: i32 = 203;
/** A file has another SHA-256 than the card says. */
export const CARD_HASH: i32 = 204;
/** The card does not list a file that it uses. */
export const CARD_UNLISTED: i32 = 205;
/** The labels file has no line. */
export const CARD_NO_LABELS: i32 = 206;
/** The labels file is not UTF-8. */
export const CARD_LABELS_UTF8: i32 = 207;

/** One clear sentence without a full stop. */
export function cardErrorText(status: i32): string {
  if (status == CARD_JSON) return 'the card is not valid JSON';
  if (status == CARD_PATH) return 'the path leads out of the model package';
  if (status == CARD_SIZE) return 'the size of the file differs from the card';
  if (status == CARD_HASH) return 'the SHA-256 of the file differs from the card';
  if (status == CARD_UNLISTED) return 'the card has no SHA-256 for the file';
  if (status == CARD_NO_LABELS) return 'the labels file is empty';
  if (status == CARD_LABELS_UTF8) return 'the labels file is not valid UTF-8';
  return 'a field of the card is missing or wrong';
}
