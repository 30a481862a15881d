package io.postern.operator.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** By which this program shows a service who asks. Any thread. */
public interface Credentials {
  /**
   * The value of the header field Authorization; null: the request needs none.
   *
   * @throws IOException there are none, or they are good no more; with a sentence for people
   */
  @Nullable String authorization() throws IOException;

  /** To be done where a service does not take them; empty: nothing is known. */
  default String cure() {
    return "";
  }

  /** Of requests that everybody may send. */
  static Credentials none() {
    return () -> null;
  }

  /**
   * @param file with {@code user:password}, read for each request
   */
  static Credentials file(Path file) {
    return () -> basic(Files.readString(file).strip());
  }

  static Credentials password(String user, String password) {
    return () -> basic(user + ":" + password);
  }

  static Credentials token(String token) {
    return () -> "Bearer " + token;
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
