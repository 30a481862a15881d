package io.postern.fields;

import java.util.Locale;

/** The groups of a form, in the order in which Exchange's admin center asks. */
public enum Group {
  IDENTITY,
  CONDITIONS,
  EXCEPTIONS,
  SENDERS,
  USE,
  ROUTING,
  SECURITY,
  MORE;

  /** In keys of texts. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
