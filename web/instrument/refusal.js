/** Why something was refused, in one sentence: the value, what is allowed, what to do. */
export class Refusal extends Error {
  name = "Refusal";
}
