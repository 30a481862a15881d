package io.postern.api.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.api.access.Access;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Second factors in the users' file. */
class SecondFactorTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir Path folder = Path.of("");

  private Users users(String demanded) {
    return new Users(
        new SmallRyeConfigBuilder()
            .withMapping(UserSettings.class)
            .withDefaultValue("postern.api.credentials-file", folder.resolve("given").toString())
            .withDefaultValue("postern.api.password-iterations", "100000")
            .withDefaultValue("postern.api.second-factor", demanded)
            .build()
            .getConfigMapping(UserSettings.class));
  }

  private static String code(Users users, String name, int later) {
    SecondFactor factor = Objects.requireNonNull(users.findNow(name).orElseThrow().secondFactor());
    return Totp.code(factor.key(), Totp.step(Instant.now()) + later);
  }

  private Path file() {
    return folder.resolve("api-users.json");
  }

  @Test
  void aBegunSecondFactorIsNotAskedForUntilARightCodeWasGiven() throws Exception {
    Users users = users("none");
    users.put("anna", List.of("operator"), PASSWORD);
    String version = users.findNow("anna").orElseThrow().version();

    String secret = users.beginSecondFactor("anna").orElseThrow();

    assertThat(secret).matches("[A-Z2-7]{32}");
    assertThat(users.user("anna").orElseThrow().needsCode()).isFalse();
    assertThat(users.user("anna").orElseThrow().version()).isEqualTo(version);
    assertThat(users.useCode("anna", code(users, "anna", 0))).isFalse();
    assertThat(users.completeSecondFactor("anna", code(users, "anna", 3))).isFalse();
    assertThat(users.beginSecondFactor("anna").orElseThrow()).isNotEqualTo(secret);

    assertThat(users.completeSecondFactor("anna", code(users, "anna", 0))).isTrue();

    User complete = users.user("anna").orElseThrow();
    assertThat(complete.needsCode()).isTrue();
    assertThat(complete.version()).as("sessions end").isNotEqualTo(version);
    assertThat(complete.toString())
        .doesNotContain(Objects.requireNonNull(complete.secondFactor()).secret());
    assertThat(users.beginSecondFactor("anna")).isEmpty();
    assertThat(users.completeSecondFactor("anna", code(users, "anna", 1))).isFalse();
    assertThat(users.beginSecondFactor("no-user")).isEmpty();
  }

  private Users withSecondFactor(String demanded) throws Exception {
    Users users = users(demanded);
    users.put("anna", List.of("operator"), PASSWORD);
    assertThat(users.beginSecondFactor("anna")).isPresent();
    assertThat(users.completeSecondFactor("anna", code(users, "anna", -1))).isTrue();
    return users;
  }

  @Test
  void aCodeIsAcceptedOnceInAllReplicasWithTheFile() throws Exception {
    Users users = withSecondFactor("none");
    Users replica = users("none");
    assertThat(users.useCode("anna", code(users, "anna", -1))).as("of enrolment").isFalse();
    String code = code(users, "anna", 1);
    String version = users.user("anna").orElseThrow().version();

    assertThat(replica.useCode("anna", code)).isTrue();

    assertThat(users.useCode("anna", code)).as("the other one has not looked yet").isFalse();
    assertThat(replica.useCode("anna", code)).isFalse();
    assertThat(users.findNow("anna").orElseThrow().version()).isEqualTo(version);
  }

  @Test
  void aChangeKeepsItAndARemovalEndsTheSessions() throws Exception {
    Users users = withSecondFactor("none");
    User before = users.user("anna").orElseThrow();
    User changed = users.put("anna", List.of("auditor:*"), "an entirely other one");
    assertThat(changed.secondFactor()).isEqualTo(before.secondFactor());

    long ended = users.find("anna").orElseThrow().notBeforeMillis();
    assertThat(users.removeSecondFactor("anna")).isTrue();

    User after = users.user("anna").orElseThrow();
    assertThat(after.secondFactor()).isNull();
    assertThat(after.version()).isNotEqualTo(changed.version());
    assertThat(users.find("anna").orElseThrow().notBeforeMillis()).isGreaterThan(ended);
    assertThat(Files.readString(file())).doesNotContain("secondFactor");
    assertThat(users.removeSecondFactor("anna")).isFalse();
  }

  @Test
  void whoLacksADemandedSecondFactorHasNoRoles() throws Exception {
    Users users = users("operators");
    users.put("anna", List.of("operator", "auditor:contoso"), PASSWORD);
    users.put("otto", List.of("auditor:contoso"), PASSWORD);

    Map<String, Access> all = users.allAccess();
    Access anna = Objects.requireNonNull(all.get("anna"));
    Access otto = Objects.requireNonNull(all.get("otto"));

    assertThat(anna.roles()).isEmpty();
    assertThat(anna.lacksSecondFactor()).isTrue();
    assertThat(Access.of(anna.record("anna"))).isEqualTo(anna);
    assertThat(otto.roles()).containsExactly("auditor:contoso");
    assertThat(otto.lacksSecondFactor()).isFalse();
    assertThat(users.beginSecondFactor("anna")).isPresent();
    assertThat(users.find("anna").orElseThrow().roles()).as("begun").isEmpty();
    assertThat(users.completeSecondFactor("anna", code(users, "anna", 0))).isTrue();
    assertThat(users.find("anna").orElseThrow().roles()).contains("operator");

    assertThat(users("all").find("otto").orElseThrow().roles()).isEmpty();
  }

  /** As a version without second factors wrote them. */
  @Test
  void formerUsersAreReadAsBefore() throws Exception {
    users("none").put("anna", List.of("operator"), PASSWORD);
    assertThat(Files.readString(file())).doesNotContain("secondFactor");

    Users read = users("none");

    assertThat(read.user("anna").orElseThrow().secondFactor()).isNull();
    assertThat(read.matches("anna", PASSWORD)).isTrue();
  }
}
