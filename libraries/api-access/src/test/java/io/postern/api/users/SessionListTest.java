package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.api.access.Access;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept about ended sessions is bounded, and forgets nothing that still counts. */
class SessionListTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();

  @Test
  void aSessionIsKeptUntilItsTokenExpires() {
    SessionList list = SessionList.EMPTY.ended("anna", "s1", NOW + HOUR, NOW);

    assertThat(list.ended("carl", "s2", NOW + HOUR, NOW + HOUR).of("anna").ended())
        .containsOnlyKeys("s1");
    assertThat(list.ended("carl", "s2", NOW + 3 * HOUR, NOW + 2 * HOUR).users())
        .containsOnlyKeys("carl");
  }

  @Test
  void aUserWithTooManyEndedSessionsEndsAll() {
    SessionList list = SessionList.EMPTY;
    for (int i = 0; i < SessionList.MOST_OF_USER; i++) {
      list = list.ended("anna", "s" + i, NOW + HOUR, NOW);
    }
    assertThat(list.of("anna").ended()).hasSize(SessionList.MOST_OF_USER);
    assertThat(list.ended("anna", "s1", NOW + HOUR, NOW)).isEqualTo(list);

    UserSessions all = list.ended("anna", "another", NOW + HOUR, NOW).of("anna");
    assertThat(all).isEqualTo(new UserSessions(NOW + 1, Map.of()));
  }

  /** One person with many names at the provider neither ends nor keeps others' sessions. */
  @Test
  void aFullListTakesLocalUsersAndThoseInItAndNoMoreOfTheProviders() {
    Map<String, UserSessions> users = new HashMap<>();
    for (int i = 0; i < SessionList.MOST_OWN; i++) {
      users.put("user" + i + " of https://login", new UserSessions(0, Map.of("s", NOW + HOUR)));
    }
    SessionList full = new SessionList(users);

    assertThat(full.hasPlace("one more of https://login", NOW)).isFalse();
    assertThat(full.hasPlace("user7 of https://login", NOW)).isTrue();
    assertThat(full.hasPlace("anna", NOW)).isTrue();
    assertThat(full.hasPlace("one more of https://login", NOW + 2 * HOUR)).isTrue();
    SessionList by = full.ended("anna", NOW).ended("one more of https://login", NOW);
    assertThat(by.users()).hasSize(SessionList.MOST_OWN + 2).doesNotContainKey(Access.ALL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"user\": {}}",
        "{\"users\": {\"anna\": {\"notBefore\"",
        "\0\0\0"
      })
  void aFileThatIsNoneIsNamedWithTheCure(String content) {
    assertThatThrownBy(
            () ->
                SessionList.parse(
                    Path.of("/state/api-sessions.json"), content.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("/state/api-sessions.json")
        .hasMessageContaining("delete it");
  }

  @Test
  void theEndOfAllSessionsIsKeptAsLongAsATokenLasts() {
    SessionList list = SessionList.EMPTY.ended("anna", NOW);

    assertThat(list.ended("carl", NOW + 12 * HOUR).of("anna").notBefore()).isEqualTo(NOW + 1);
    assertThat(list.ended("carl", NOW + 13 * HOUR).users()).containsOnlyKeys("carl");
    // A clock that went back revives no session.
    assertThat(list.ended("anna", NOW - HOUR).of("anna").notBefore()).isGreaterThan(NOW + 1);
  }
}
