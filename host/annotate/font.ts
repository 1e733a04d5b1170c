/**
 * A bitmap font of our own: 5 x 8 pixels for each printable ASCII character, a digit of base 32 for each row. The eighth
 * row is for what hangs below the line.
 */

/** Width and height of a glyph. */
export const GLYPH = { width: 5, height: 8 } as const;

const FIRST = 0x20;
const GLYPHS = [
  // space ! " # $ % & '
  '00000000 44444040 aaa00000 aavavaa0 4fke5u40 op248j30 cik8lid0 44400000',
  // ( ) * + , - . /
  '24888420 84222480 04lel400 044v4400 00000c48 000e0000 00000cc0 01248g00',
  // 0 1 2 3 4 5 6 7
  'ehjlphe0 4c4444e0 eh1248v0 v2421he0 26aiv220 vgu11he0 68guhhe0 v1248880',
  // 8 9 : ; < = > ?
  'ehhehhe0 ehhf12c0 0cc0cc00 0cc0c480 248g8420 00v0v000 84212480 eh124040',
  // @ A B C D E F G
  'eh1dlle0 ehhvhhh0 uhhuhhu0 ehggghe0 sihhhis0 vgguggv0 vgguggg0 ehgnhhf0',
  // H I J K L M N O
  'hhhvhhh0 e44444e0 72222ic0 hikokih0 ggggggv0 hrllhhh0 hhpljhh0 ehhhhhe0',
  // P Q R S T U V W
  'uhhuggg0 ehhhlid0 uhhukih0 fgge11u0 v4444440 hhhhhhe0 hhhhha40 hhhllla0',
  // X Y Z [ \ ] ^ _
  'hha4ahh0 hhha4440 v1248gv0 e88888e0 0g842100 e22222e0 4ah00000 0000000v',
  // ` a b c d e f g
  '84200000 00e1fhf0 ggmphhu0 00egghe0 11djhhf0 00ehvge0 698s8880 00fhhf1e',
  // h i j k l m n o
  'ggmphhh0 40c444e0 206222ic ggikoki0 c44444e0 00qllhh0 00mphhh0 00ehhhe0',
  // p q r s t u v w
  '00uhhugg 00djhf11 00mpggg0 00ege1u0 88s88960 00hhhjd0 00hhha40 00hhlla0',
  // x y z { | } ~
  '00ha4ah0 00hhhf1e 00v248v0 24484420 44444440 84424480 008l2000',
]
  .join(' ')
  .split(' ');
/** For what the font has not. */
const BOX = 'vhhhhhv0';

/** The text as this font can write it: letters without their accents. */
export function plainText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '');
}

/** Whether the pixel of a character is set; 0 <= x < 5, 0 <= y < 8. */
export function glyphPixel(character: string, x: number, y: number): boolean {
  const rows = GLYPHS[(character.codePointAt(0) ?? 0) - FIRST] ?? BOX;
  return ((Number.parseInt(rows[y] ?? '0', 32) >> (GLYPH.width - 1 - x)) & 1) === 1;
}
