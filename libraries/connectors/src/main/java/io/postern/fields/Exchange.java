package io.postern.fields;

/**
 * What Exchange has for a field.
 *
 * @param parameter of the same object in Exchange; empty: it has none
 * @param here whether the value has an effect
 * @param remark for the reference page
 */
public record Exchange(String parameter, Here here, String remark) {
  /** What a parameter of Exchange is here; a word of docs/reference/exchange-parameters.md. */
  public enum Here {
    EVALUATED,
    KEPT,
    ADDED
  }
}
