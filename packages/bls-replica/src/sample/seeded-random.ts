/**
 * Returns a 32-bit linear congruential generator of numbers from 0 to 1 (exclusive). The numbers depend only
 * on the seed.
 */
export function seededRandom(seed: string): () => number {
  let state = 0;
  for (const character of seed) state = (Math.imul(state, 31) + character.charCodeAt(0)) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
