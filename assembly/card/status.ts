/**
 * Status codes 200..249 of the folder card and their texts.
 */

import { asciiItem, TextList } from '../text/ascii';

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
/** More bytes than a card may have. */
export const CARD_LARGE: i32 = 208;
/** More lines than a labels file may have. */
export const CARD_MANY_LABELS: i32 = 209;

/** One clear sentence without a full stop. */
export function cardErrorText(status: i32): string {
  // Texts in the order of the codes from CARD_FIELD to CARD_MANY_LABELS, then that of any other.
  const texts: TextList = `a field of the card is missing or wrong
the card is not valid JSON
the path leads out of the model package
the size of the file differs from the card
the SHA-256 of the file differs from the card
the card has no SHA-256 for the file
the labels file is empty
the labels file is not valid UTF-8
the card is larger than 1 MiB
the labels file has more than 1000000 lines
a field of the card is missing or wrong`;
  return asciiItem(texts, status - CARD_FIELD, CARD_MANY_LABELS - CARD_FIELD + 1);
}
