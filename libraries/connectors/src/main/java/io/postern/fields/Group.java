package io.postern.fields;

import java.util.Locale;

/** The groups of a connector's form, in the order in which Exchange's admin center asks. */
public enum Group {
  IDENTITY,
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
