/** GSM 03.38's alphabet, without the characters that count double: what a phone shows of an SMS of one part. */
const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

const ONE_PART = 160;

/** One character of another alphabet (ê, ç, ’) would make it two parts or three, at their price. */
export function isOneSms(text: string): boolean {
  return text.length <= ONE_PART && [...text].every((character) => GSM.includes(character));
}
