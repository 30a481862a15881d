package io.postern.operator.commands.completion;

import java.util.Arrays;
import java.util.Optional;

/**
 * Kinds of names that complete. An option or parameter whose label is one of them, or an
 * alternative of it as in {@code CONNECTOR|FILE}, completes by it.
 */
enum NameKind {
  /** The id of an organization. */
  ORGANIZATION,
  /** A connector, inbound or outbound. */
  CONNECTOR,
  /** An accepted domain, or a partner's. */
  DOMAIN,
  /** A domain that a partner connector names. */
  PARTNER,
  REPORT,
  /** A context with a name. */
  CONTEXT;

  /**
   * @param label of an option or parameter, such as {@code ORGANIZATION} or {@code CONTEXT|FILE}
   */
  static Optional<NameKind> of(String label) {
    return Arrays.stream(values())
        .filter(kind -> Arrays.asList(label.split("\\|")).contains(kind.name()))
        .findFirst();
  }
}
