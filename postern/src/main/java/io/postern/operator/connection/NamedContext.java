package io.postern.operator.connection;

import io.postern.operator.signin.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A context of a user's folder, for a list. Immutable.
 *
 * @param policy policy-service's address; empty: the context does not name one
 * @param user who is signed in; empty: nobody
 * @param until RFC 3339, when the token ends; empty: nobody is signed in
 * @param renewed a provider renews the token
 * @param problem why context or token cannot be read; empty: both can
 */
public record NamedContext(
    String name,
    String file,
    boolean inUse,
    String policy,
    String user,
    String until,
    boolean renewed,
    String problem) {

  /** By name. */
  public static List<NamedContext> all(UserFolder folder) throws IOException {
    List<NamedContext> all = new ArrayList<>();
    String inUse = folder.inUse();
    for (String name : folder.names()) {
      all.add(of(folder, name, name.equals(inUse)));
    }
    return all;
  }

  private static NamedContext of(UserFolder folder, String name, boolean inUse) {
    Path file = folder.file(name).toAbsolutePath().normalize();
    try {
      Map<String, String> values = Context.read(file);
      Optional<Token> token = folder.tokenFile(file.toString()).read();
      return new NamedContext(
          name,
          file.toString(),
          inUse,
          values.getOrDefault("postern.policy.url", ""),
          token.map(Token::user).orElse(""),
          token.map(Token::ends).orElse(""),
          token.map(Token::renewal).isPresent(),
          "");
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      return new NamedContext(
          name, file.toString(), inUse, "", "", "", false, String.valueOf(e.getMessage()));
    }
  }
}
