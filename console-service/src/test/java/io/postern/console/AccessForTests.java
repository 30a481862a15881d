package io.postern.console;

import io.postern.api.access.Access;
import io.postern.api.access.AccessState;
import io.postern.lab.LabAccess;
import io.quarkus.test.Mock;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Users as a test wants them, in place of the topic, with their tokens. */
@Mock
@Singleton
public final class AccessForTests implements AccessState {
  private static final LabAccess LAB = LabAccess.start(folder());
  private static final Map<String, Access> USERS = new ConcurrentHashMap<>();

  private static Path folder() {
    try {
      return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "access");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static LabAccess lab() {
    return LAB;
  }

  /** A token of a user with these roles. */
  public static String token(String name, String... roles) {
    USERS.put(name, new Access(true, List.of(roles), LabAccess.VERSION, false, 0, Map.of()));
    return LAB.token(name);
  }

  /** Of a user of whom a second factor is demanded, and missing. */
  public static String lackingBearer(String name) {
    USERS.put(name, new Access(true, List.of(), LabAccess.VERSION, true, 0, Map.of()));
    return "Bearer " + LAB.token(name);
  }

  /** The value of a header field. */
  public static String bearer(String name, String... roles) {
    return "Bearer " + token(name, roles);
  }

  @Override
  public boolean isRead() {
    return true;
  }

  @Override
  public Optional<Access> find(String name) {
    return Optional.ofNullable(USERS.get(name));
  }
}
