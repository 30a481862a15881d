package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsersTest {
  private static final String LONG = "correct horse battery";

  @TempDir Path folder = Path.of("");

  private Path credentials() {
    return folder.resolve("state/credentials");
  }

  /** As a service reads them: of the settings' own class. */
  private Users users() {
    return new Users(
        new SmallRyeConfigBuilder()
            .withMapping(UserSettings.class)
            .withDefaultValue("postern.api.credentials-file", credentials().toString())
            .withDefaultValue("postern.api.password-iterations", "100000")
            .build()
            .getConfigMapping(UserSettings.class));
  }

  private String password() throws Exception {
    return Files.readString(credentials()).strip().split(":", 2)[1];
  }

  @Test
  void atFirstStartThereIsOneOperatorAndAllFilesAreForTheOwnerAlone() throws Exception {
    Users made = users();

    assertThat(made.all()).singleElement().extracting(User::name).isEqualTo("admin");
    assertThat(made.user("admin").orElseThrow().roles()).containsExactly("operator");
    assertThat(password()).hasSizeGreaterThanOrEqualTo(32);
    assertThat(made.matches("admin", password())).isTrue();
    assertThat(made.matches("admin", password() + "x")).isFalse();
    assertThat(made.matches("nobody", password())).isFalse();
    assertThat(made.matches("", "")).isFalse();
    try (Stream<Path> files = Files.list(folder.resolve("state"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .as(file.toString())
                      .isEqualTo("rw-------"))
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder(
              "credentials", "api-sessions.json", "api-users.json", "api-users.json.lock");
    }
    assertThat(Files.readString(folder.resolve("state/api-users.json")))
        .doesNotContain(password())
        .contains("\"generated\" : true");
  }

  /** Else the time of an answer would show that the user is as it was made. */
  @Test
  void aGeneratedPasswordCostsTheSameSlowHash() throws Exception {
    Users made = users();
    long nobody = nanos(() -> made.matches("nobody", "wrong"));
    assertThat(nanos(() -> made.matches("admin", "wrong"))).isGreaterThan(nobody / 3);
    String right = password();
    assertThat(nanos(() -> made.matches("admin", right))).isGreaterThan(nobody / 3);
  }

  /** The shortest of some. */
  private static long nanos(Callable<Boolean> compared) throws Exception {
    long shortest = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long begin = System.nanoTime();
      compared.call();
      shortest = Math.min(shortest, System.nanoTime() - begin);
    }
    return shortest;
  }

  @Test
  void replicasThatStartAtOnceHaveTheSameUsers() throws Exception {
    List<Users> all;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Users> start = this::users;
      all =
          threads.invokeAll(Collections.nCopies(4, start)).stream().map(Future::resultNow).toList();
    }

    String version = all.getFirst().user("admin").orElseThrow().version();
    assertThat(all)
        .allSatisfy(
            users -> {
              assertThat(users.user("admin").orElseThrow().version()).isEqualTo(version);
              assertThat(users.matches("admin", password())).isTrue();
            });
  }

  @Test
  void aChangeOfOneServiceIsInForceInAnother() throws Exception {
    Users one = users();
    Users other = users();

    one.put("anna", List.of("auditor:contoso", "administrator:fabrikam"), LONG);

    assertThat(one.user("anna")).isPresent();
    assertThat(Files.readString(folder.resolve("state/api-users.json")))
        .doesNotContain(LONG)
        .contains("pbkdf2-sha256$100000$");
    await().atMost(Duration.ofSeconds(10)).until(() -> other.user("anna").isPresent());
    assertThat(other.user("anna").orElseThrow().roles())
        .containsExactly("administrator:fabrikam", "auditor:contoso");
    assertThat(other.matches("anna", LONG)).isTrue();
    String before = other.user("anna").orElseThrow().version();

    one.put("anna", List.of("auditor:contoso"), null);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> !other.user("anna").orElseThrow().version().equals(before));
    assertThat(other.matches("anna", LONG)).as("the password stays").isTrue();

    assertThat(one.remove("anna", seen(one, "anna"))).isTrue();
    assertThat(one.remove("anna", seen(one, "anna"))).isFalse();
    await().atMost(Duration.ofSeconds(10)).until(() -> other.user("anna").isEmpty());
    assertThat(other.matches("anna", LONG)).isFalse();
  }

  @Test
  void changesOfSeveralServicesAtOnceAreAllKept() throws Exception {
    Users first = users();
    Users second = users();
    List<Callable<User>> puts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String name = "user" + i;
      Users by = i % 2 == 0 ? first : second;
      puts.add(() -> by.put(name, List.of(), LONG));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<User> put : threads.invokeAll(puts)) {
        put.get();
      }
    }

    assertThat(users().all()).hasSize(7);
  }

  @Test
  void aChangeAndAnEndOfSessionsAreInForceInAnotherReplica() throws Exception {
    Users one = users();
    Users other = users();
    long earlier = System.currentTimeMillis() - 1;
    one.put("anna", List.of("auditor:contoso"), LONG);
    long now = System.currentTimeMillis();
    assertThat(one.allows("anna", "s1", earlier)).as("issued before the change").isFalse();
    assertThat(one.allows("anna", "s1", now + 1_000)).isTrue();
    one.endSession("anna", "s1", Instant.ofEpochMilli(now).plusSeconds(60));
    one.endSession("carl of https://login.example", "s2", Instant.now().plusSeconds(60));

    await().atMost(Duration.ofSeconds(2)).until(() -> !other.allows("anna", "s1", now + 1_000));
    assertThat(other.allows("anna", "s3", now + 1_000)).isTrue();
    assertThat(other.allows("carl of https://login.example", "s2", now)).isFalse();
    assertThat(other.allows("carl of https://login.example", "s4", now)).isTrue();
    assertThat(other.find("carl of https://login.example").orElseThrow().local()).isFalse();

    long later = System.currentTimeMillis();
    other.endSessions("anna");
    await().atMost(Duration.ofSeconds(2)).until(() -> !one.allows("anna", "s3", later));
    assertThat(users().allows("anna", "s3", later)).as("after a restart").isFalse();
    assertThat(one.allows("anna", "s3", later + 60_000)).isTrue();
  }

  private static String seen(Users users, String name) {
    return users.findNow(name).map(User::version).orElse(Users.NONE);
  }

  /** Two services at once: whoever has not seen the other's change makes none. */
  @Test
  void aUserWhoIsAnotherOneByNowIsNeitherChangedNorRemovedNorMadeAgain() throws Exception {
    Users one = users();
    Users other = users();
    String first = one.put("anna", List.of("auditor:a"), LONG, Users.NONE).version();
    assertThatThrownBy(() -> other.put("anna", List.of(), LONG, Users.NONE))
        .isInstanceOf(ChangedUserException.class);
    String second = other.put("anna", List.of("auditor:b"), null, first).version();
    assertThatThrownBy(() -> one.put("anna", List.of("auditor:c"), null, first))
        .isInstanceOf(ChangedUserException.class);
    assertThatThrownBy(() -> one.remove("anna", first)).isInstanceOf(ChangedUserException.class);
    assertThat(one.findNow("anna").orElseThrow().roles()).containsExactly("auditor:b");

    assertThat(other.remove("anna", second)).isTrue();
    assertThatThrownBy(() -> one.put("anna", List.of("auditor:d"), LONG, second))
        .isInstanceOf(ChangedUserException.class);
    assertThat(one.findNow("anna")).isEmpty();
  }

  @Test
  void anOperatorAlwaysRemains() throws Exception {
    Users users = users();

    assertThatThrownBy(() -> users.remove("admin", seen(users, "admin")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> users.put("admin", List.of("auditor:*"), null))
        .isInstanceOf(IllegalArgumentException.class);
    users.put("second", List.of("operator"), LONG);
    assertThat(users.remove("admin", seen(users, "admin"))).isTrue();
    assertThat(users().all()).extracting(User::name).containsExactly("second");
    assertThat(users().matches("admin", password())).as("the file counts for nobody").isFalse();
  }

  @Test
  void anotherPasswordInTheCredentialsFileCountsAtOnceAndNoneGivesANewOne() throws Exception {
    Users users = users();
    String first = password();

    Files.writeString(credentials(), "admin:another-password\n");
    assertThat(users.matches("admin", "another-password")).isTrue();
    assertThat(users.matches("admin", first)).isFalse();

    Files.delete(credentials());
    Users restarted = users();
    assertThat(password()).isNotEqualTo(first);
    assertThat(restarted.matches("admin", password())).isTrue();
    assertThat(restarted.matches("admin", first)).isFalse();
    assertThat(restarted.matches("admin", "another-password")).isFalse();
  }

  /** Whoever changes it there means that no one goes on with the former one. */
  @Test
  void anotherPasswordInTheCredentialsFileEndsTheSessionsOfItsUserOnce() throws Exception {
    Users one = users();
    Users other = users();
    String version = one.user("admin").orElseThrow().version();
    assertThat(one.takeCredentials()).as("as it was made").isEmpty();
    one.put("second", List.of("operator"), LONG);
    String second = one.findNow("second").orElseThrow().version();
    long before = System.currentTimeMillis();

    Files.writeString(credentials(), "admin:another-password\n");
    assertThat(one.takeCredentials()).contains("admin");
    assertThat(one.takeCredentials()).isEmpty();
    assertThat(other.takeCredentials()).as("the other replica").isEmpty();
    assertThat(one.allows("admin", "s1", before)).isFalse();
    assertThat(one.findNow("admin").orElseThrow().version()).isNotEqualTo(version);
    assertThat(one.findNow("second").orElseThrow().version()).isEqualTo(second);
    assertThat(users().takeCredentials()).as("after a restart").isEmpty();

    Users away = users();
    Files.writeString(credentials(), "admin:a-third-password\n");
    assertThat(users().takeCredentials()).as("changed while it was down").contains("admin");
    assertThat(away.takeCredentials()).isEmpty();
    Files.writeString(credentials(), "admin");
    assertThat(away.takeCredentials()).as("not usable").isEmpty();
  }

  private Path sessions() {
    return folder.resolve("state/api-sessions.json");
  }

  /** Nothing says which sessions had ended. */
  @Test
  void aLostListOfEndedSessionsEndsAllSessions() throws Exception {
    Users users = users();
    long before = System.currentTimeMillis() - 1;
    assertThat(users.allows("anna", "s1", before)).as("a first start").isTrue();
    users.endSessions("anna");

    Files.delete(sessions());
    users.endSession("carl", "s2", Instant.now().plusSeconds(60));
    assertThat(users.allows("anna", "s1", before)).as("while it runs").isFalse();
    Files.delete(sessions());
    Users restarted = users();
    assertThat(restarted.allows("anna", "s1", before)).isFalse();
    assertThat(restarted.allows("ben", "s1", before)).isFalse();
    assertThat(restarted.allows("ben", "s1", System.currentTimeMillis() + 1_000)).isTrue();
  }

  @Test
  void aListOfEndedSessionsThatIsWrongEndsAStartWithItsNameAndTheCure() throws Exception {
    Users users = users();
    long before = System.currentTimeMillis() - 10;
    users.endSessions("anna");
    Files.writeString(sessions(), "{\"users\": {\"an");

    assertThatThrownBy(this::users)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(sessions().toString())
        .hasMessageContaining("delete it");
    assertThat(users.allAccessNow()).as("nothing to publish").isEmpty();
    assertThat(users.allows("anna", "s1", before)).as("what was read counts").isFalse();
    assertThatThrownBy(() -> users.endSessions("carl"))
        .hasMessageContaining(sessions().toString())
        .hasMessageContaining("delete it");
  }

  /** A replica that cannot read the files must not publish what it knew before. */
  @Test
  void whatIsPublishedIsReadBefore() throws Exception {
    Users one = users();
    Users other = users();
    one.put("anna", List.of("auditor:contoso"), LONG);
    assertThat(other.allAccessNow().orElseThrow()).containsKey("anna");
    Path file = folder.resolve("state/api-users.json");
    Path hidden = folder.resolve("state/hidden");
    Files.move(file, hidden);
    assertThat(other.allAccessNow()).isEmpty();
    Files.move(hidden, file);
    assertThat(other.allAccessNow()).isPresent();
  }

  @Test
  void aPasswordThatAnOperatorSetsCountsInPlaceOfTheCredentialsFile() throws Exception {
    Users users = users();
    String first = password();

    users.put("admin", List.of("operator"), LONG);

    assertThat(users.matches("admin", LONG)).isTrue();
    assertThat(users.matches("admin", first)).isFalse();
    Files.delete(credentials());
    assertThat(users().matches("admin", LONG)).isTrue();
    assertThat(credentials()).doesNotExist();
  }

  @Test
  void aFileThatIsWrongLeavesTheFormerUsersInForceAndEndsAStart() throws Exception {
    Users users = users();
    Path file = folder.resolve("state/api-users.json");
    Files.writeString(file, "{\"users\": [{\"name\": \"anna\"");
    // A look comes after a second at the earliest.
    await().pollDelay(Duration.ofMillis(1500)).until(() -> users.user("admin").isPresent());
    assertThat(users.matches("admin", password())).isTrue();

    assertThatThrownBy(this::users)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("postern.api.users-file")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("line 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "admin", ":longenough", "admin:short"})
  void credentialsThatAreNoneAreRefusedWithTheFilesName(String text) throws Exception {
    Files.createDirectories(credentials().getParent());
    Files.writeString(credentials(), text);

    assertThatThrownBy(this::users)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("postern.api.credentials-file")
        .hasMessageContaining(credentials().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:b", "../a", "a b", "\u00e4", " a"})
  void aNameThatIsNoneIsRefused(String name) {
    Users users = users();

    assertThatThrownBy(() -> users.put(name, List.of(), LONG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name");
  }
}
