package io.postern.ingress.intake;

/**
 * What makes two refusals of one source the same for the record: they differ in recipient and time
 * at most.
 *
 * @param enhanced "" for none
 * @param organization whose rule it is; empty: nobody's
 * @param connector that refused; empty: none
 */
public record RefusalKind(
    int code, String enhanced, String rule, String organization, String connector) {

  /** All that a source has beyond its kinds. */
  static final RefusalKind OTHERS = new RefusalKind(0, "", "several", "", "");
}
