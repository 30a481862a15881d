package io.postern.ingress.intake;

/**
 * The kind of a refusal: two of one source and kind differ in recipient and time at most, and are
 * one record.
 *
 * @param enhanced "" for none
 * @param organization whose rule it is; empty: nobody's
 * @param connector that refused; empty: none
 */
public record RefusalKind(
    int code, String enhanced, String rule, String organization, String connector) {

  /** All refusals of a source beyond its kinds. */
  static final RefusalKind OTHERS = new RefusalKind(0, "", "several", "", "");
}
