package io.postern.api.users;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.postern.api.Rights;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The content of the users file: at most 1,000 users, by name. Immutable; any thread. */
record UserList(Map<String, User> users) {
  static final int MOST = 1_000;

  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          // Of a newer version.
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** The file's form. */
  private record Document(List<User> users) {}

  UserList {
    users = Map.copyOf(users);
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * @throws IllegalStateException with the fault
   */
  static UserList parse(byte[] content) throws IOException {
    if (content.length > MOST_BYTES) {
      throw new IllegalStateException("it has more than " + MOST_BYTES + " bytes");
    }
    Document document;
    try {
      document = JSON.readValue(content, Document.class);
    } catch (JacksonException | NullPointerException e) {
      // Without the text, which has hashes.
      throw new IllegalStateException(
          e instanceof JacksonException wrong && wrong.getLocation() != null
              ? "line " + wrong.getLocation().getLineNr() + " is not valid JSON of users"
              : "it is not valid JSON of users",
          null);
    }
    Map<String, User> users = new TreeMap<>();
    for (User user :
        document == null || document.users() == null ? List.<User>of() : document.users()) {
      if (!isName(String.valueOf(user.name()))
          || !(user.generated() || PasswordHash.isOne(String.valueOf(user.password())))
          || !user.roles().stream().allMatch(Rights::isRole)
          || user.version() == null
          || (user.secondFactor() != null && !user.secondFactor().isGood())
          || users.put(user.name(), user) != null) {
        throw new IllegalStateException("the user " + user.name() + " is invalid");
      }
    }
    if (users.isEmpty() || users.size() > MOST) {
      throw new IllegalStateException("it has " + users.size() + " users");
    }
    return new UserList(users);
  }

  static byte[] bytes(Collection<User> users) throws IOException {
    return JSON.writeValueAsBytes(new Document(List.copyOf(users)));
  }

  boolean hasOperator() {
    return users.values().stream().anyMatch(user -> user.roles().contains(Rights.OPERATOR));
  }

  UserList with(User user) {
    Map<String, User> changed = new TreeMap<>(users);
    changed.put(user.name(), user);
    return new UserList(changed);
  }

  UserList without(String name) {
    Map<String, User> changed = new TreeMap<>(users);
    changed.remove(name);
    return new UserList(changed);
  }

  byte[] bytes() throws IOException {
    return bytes(new TreeMap<>(users).values());
  }
}
