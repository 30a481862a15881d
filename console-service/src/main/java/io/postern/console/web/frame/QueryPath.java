package io.postern.console.web.frame;

import org.jspecify.annotations.Nullable;

/** A path of this site with its query, for links. Owner: one thread. */
public final class QueryPath {
  private final StringBuilder text;
  private char separator = '?';

  private QueryPath(String path) {
    this.text = new StringBuilder(path);
  }

  /**
   * @param path encoded
   */
  public static QueryPath to(String path) {
    return new QueryPath(path);
  }

  /** Without a value the parameter is left out. */
  public QueryPath with(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      text.append(separator).append(name).append('=').append(Frame.encoded(value));
      separator = '&';
    }
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
