import { knownSurveys } from "@data-quest/core/surveys";

/**
 * For an unknown abbreviation, returns a hint such as `Did you mean cu or cw?` and the command that lists the
 * surveys. Empty for a known abbreviation.
 */
export function similarSurveys(survey: string): string {
  const known = [...knownSurveys().keys()];
  if (known.includes(survey)) return "";
  const lower = survey.toLowerCase();
  const similar = known.includes(lower)
    ? [lower]
    : known.filter((one) => isSimilar(lower, one)).slice(0, MOST);
  if (similar.length === 0) return "To list the surveys: npx quest surveys";
  const last = similar.pop() ?? "";
  return `Did you mean ${similar.length === 0 ? last : `${similar.join(", ")} or ${last}`}? To list the surveys: npx quest surveys`;
}

/** The maximum number of suggested surveys. */
const MOST = 4;

/** Whether two abbreviations differ by one changed, added, or missing character, or by two swapped ones. */
function isSimilar(one: string, other: string): boolean {
  if (one.length === other.length) {
    const different = [...one].flatMap((character, index) => (character === other[index] ? [] : [index]));
    const [first = 0, second] = different;
    if (different.length === 1) return one[0] === other[0];
    return (
      different.length === 2 &&
      second !== undefined &&
      one[first] === other[second] &&
      one[second] === other[first]
    );
  }
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (longer.length - shorter.length !== 1) return false;
  return [...longer].some((_, index) => longer.slice(0, index) + longer.slice(index + 1) === shorter);
}
