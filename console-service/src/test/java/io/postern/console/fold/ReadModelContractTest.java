package io.postern.console.fold;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.console.wire.RecipientMemory;
import io.postern.lab.ProjectFolder;
import io.postern.lab.contracts.AcceptedState;
import io.postern.lab.contracts.MessagesContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the fold keeps in the database, which a later version reads. */
class ReadModelContractTest {
  @Test
  void theMemoryIsAsTheVersionBeforeWroteIt() throws Exception {
    assertThat(
            AcceptedState.differences(
                "read-model",
                MessagesContract.entries(List.of(RecipientMemory.getDescriptor().getFile())),
                MessagesContract.rule(_ -> "replicas of console-service of the version before")))
        .isEmpty();
  }

  /** Flyway compares the text of each with what it has made, and refuses another one. */
  @Test
  void theMigrationsAreAsTheDatabasesHaveThem() throws Exception {
    Map<String, String> now = new TreeMap<>();
    try (Stream<Path> files =
        Files.list(
            ProjectFolder.root().resolve("console-service/src/main/resources/db/migration"))) {
      for (Path file : files.toList()) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        now.put(file.getFileName().toString(), HexFormat.of().formatHex(hash));
      }
    }
    assertThat(
            AcceptedState.differences("migrations", now, ReadModelContractTest::changedMigrations))
        .isEmpty();
  }

  @Test
  void aMigrationThatIsChangedBreaksDatabases() {
    Map<String, String> before = Map.of("V1__a.sql", "1", "V2__b.sql", "2", "V3__c.sql", "3");
    Map<String, String> now = Map.of("V1__a.sql", "1", "V2__b.sql", "other", "V4__d.sql", "4");
    assertThat(changedMigrations(before, now))
        .hasSize(2)
        .anyMatch(problem -> problem.contains("V2__b.sql"))
        .anyMatch(problem -> problem.contains("V3__c.sql"));
  }

  private static List<String> changedMigrations(
      Map<String, String> before, Map<String, String> now) {
    return before.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(now.get(entry.getKey())))
        .map(Map.Entry::getKey)
        .sorted()
        .map(
            file ->
                "the migration %s is gone or has another text: console-service does not accept databases that have it"
                    .formatted(file))
        .toList();
  }
}
