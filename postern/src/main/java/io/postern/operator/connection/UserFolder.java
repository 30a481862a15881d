package io.postern.operator.connection;

import io.postern.operator.signin.TokenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * This program's files of one user: contexts by name as {@code NAME.properties}, the name of the
 * one in use, and tokens. Any thread.
 *
 * @param folder {@code ~/.config/postern}; it need not exist
 */
public record UserFolder(Path folder) {
  /** The context in use where nobody chose one. */
  static final String USUAL = "context";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final String END = ".properties";
  private static final int MOST = 1_000;

  /** Of the user who runs this program. */
  public static UserFolder here() {
    return new UserFolder(Path.of(System.getProperty("user.home", ""), ".config/postern"));
  }

  /** Whether it names a context, and not a file. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches() && !text.endsWith(END);
  }

  public Path file(String name) {
    return folder.resolve(name + END);
  }

  /** The names of all contexts, in their order, 1,000 at most. */
  public List<String> names() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(file -> file.endsWith(END))
          .map(file -> file.substring(0, file.length() - END.length()))
          .filter(UserFolder::isName)
          .sorted()
          .limit(MOST)
          .toList();
    }
  }

  /** The name of the context in use, which need not exist. */
  public String inUse() throws IOException {
    Path chosen = chosen();
    if (!Files.exists(chosen)) {
      return USUAL;
    }
    String name = Files.readString(chosen).strip();
    if (!isName(name)) {
      throw new IOException(chosen + " names no context: run postern contexts use NAME");
    }
    return name;
  }

  /**
   * @throws IllegalArgumentException there is no such context
   */
  public void use(String name) throws IOException {
    if (!isName(name) || !Files.exists(file(name))) {
      throw new IllegalArgumentException(missing(name));
    }
    Files.writeString(chosen(), name + "\n");
  }

  /** For messages. */
  String missing(String name) {
    return "no such context: "
        + name
        + " ("
        + file(name)
        + "); postern contexts lists them; a file needs its path";
  }

  /**
   * Of the token that was given for a context.
   *
   * @param source see {@link Context#source}
   */
  public TokenFile tokenFile(String source) {
    return TokenFile.of(folder.resolve("tokens"), source);
  }

  private Path chosen() {
    return folder.resolve("in-use");
  }
}
