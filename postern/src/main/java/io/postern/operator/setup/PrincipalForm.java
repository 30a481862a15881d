package io.postern.operator.setup;

/**
 * How the broker names a service, without {@code User:}: a text in which {@code {name}} stands for
 * the name of a {@link Principal}. It depends on the broker's {@code ssl.principal.mapping.rules}:
 * without them a principal is the whole subject of its certificate.
 */
record PrincipalForm(String text) {
  /** The setting that gives it. */
  static final String SETTING = "postern.log.principals";

  private static final String NAME = "{name}";
  private static final String TYPE = "User:";

  /** With the rules of our own containers' broker: the certificate's common name. */
  static final PrincipalForm COMMON_NAME = new PrincipalForm(NAME);

  /**
   * @throws IllegalArgumentException with the cure, where all services would be one principal, or
   *     none
   */
  static PrincipalForm of(String text) {
    if (!text.contains(NAME) || text.startsWith(TYPE)) {
      throw new IllegalArgumentException(
          "%s is \"%s\": write the principal of a service without %s, with %s for the service, such as CN=%s"
              .formatted(SETTING, text, TYPE, NAME, NAME));
    }
    return new PrincipalForm(text);
  }

  /** As an access right has it. */
  String principal(String name) {
    return TYPE + text.replace(NAME, name);
  }
}
