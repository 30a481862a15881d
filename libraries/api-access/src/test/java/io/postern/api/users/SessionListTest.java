package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.access.Access;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

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

  @Test
  void tooManyUsersEndAllSessionsOfAll() {
    Map<String, UserSessions> users = new HashMap<>();
    for (int i = 0; i < SessionList.MOST; i++) {
      users.put("user" + i, new UserSessions(0, Map.of("s", NOW + HOUR)));
    }

    SessionList all = new SessionList(users).ended("one more", "s", NOW + HOUR, NOW);
    assertThat(all.users()).containsOnlyKeys(Access.ALL);
    assertThat(all.of(Access.ALL).notBefore()).isGreaterThan(NOW);
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
