package io.postern.console.web.frame;

import org.jspecify.annotations.Nullable;

/** A line of the program postern, with its values quoted for a shell. Owner: one thread. */
public final class PosternCommand {
  private final StringBuilder line = new StringBuilder("postern ");

  private PosternCommand(String words) {
    line.append(words);
  }

  /**
   * @param words such as {@code queue list}
   */
  public static PosternCommand of(String words) {
    return new PosternCommand(words);
  }

  /** Without a value the option is left out. */
  public PosternCommand with(String option, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      line.append(' ').append(option);
      add(value);
    }
    return this;
  }

  /** A word without an option. */
  public PosternCommand add(String value) {
    line.append(' ').append(Shell.word(value));
    return this;
  }

  @Override
  public String toString() {
    return line.toString();
  }
}
