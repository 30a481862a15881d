package io.postern.console.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.ProjectFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables are shared with the version before: migrations only expand them. */
class MigrationsTest {
  private static final Path SERVICE = ProjectFolder.root().resolve("console-service");
  private static final Path MIGRATIONS = SERVICE.resolve("src/main/resources/db/migration");
  private static final Pattern RELEASE = Pattern.compile("(?m)^## \\[?(\\d+\\.\\d+\\.\\d+)");
  private static final Pattern FOLD = Pattern.compile("int NUMBER = (\\d+);");

  /** Of SQL in Java: all columns of a table, or a row without the names of its columns. */
  private static final Pattern BY_POSITION =
      Pattern.compile(
          "(?i)SELECT \\*|[\\s\"(]\\w+\\.\\*[,\\s\"]|INSERT INTO \\w+ (VALUES|SELECT)|\\bCOPY \\w+");

  @Test
  void eachMigrationOnlyExpands() throws IOException {
    MigrationRules rules = rules(fold());
    for (Path file : files(MIGRATIONS)) {
      assertThat(rules.problems(file.getFileName().toString(), Files.readString(file)))
          .as(file.getFileName().toString())
          .isEmpty();
    }
  }

  /** Those that the other tests have in place of the next version's. */
  @Test
  void aPlantedExpansionIsOne() throws IOException {
    MigrationRules rules = shown(2);
    for (String name : List.of("V900__columns.sql", "V901__tables.sql")) {
      Path file = SERVICE.resolve("src/test/resources/db/next").resolve(name);
      assertThat(rules.problems(name, Files.readString(file))).as(name).isEmpty();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a column is dropped | ALTER TABLE message DROP COLUMN cipher",
        "a table is dropped | DROP TABLE gap",
        "an index is dropped | DROP INDEX message_at",
        "a column has another name | ALTER TABLE message RENAME COLUMN cipher TO suite",
        "a table has another name | ALTER TABLE gap RENAME TO lost",
        "a column has another type | ALTER TABLE message ALTER COLUMN size TYPE int",
        "a column that old writers leave out | ALTER TABLE gap ADD COLUMN why text NOT NULL",
        "a null that old readers do not expect | ALTER TABLE gap ALTER COLUMN found DROP NOT NULL",
        "no null in old rows | ALTER TABLE recipient ALTER COLUMN at SET NOT NULL",
        "a default that rewrites the table | ALTER TABLE gap ADD COLUMN u text DEFAULT random()",
        "a computed column | ALTER TABLE gap ADD COLUMN n bigint GENERATED ALWAYS AS (behind - first) STORED",
        "a column with a key | ALTER TABLE gap ADD COLUMN n int UNIQUE",
        "a column with a check | ALTER TABLE gap ADD COLUMN n int CHECK (n > 0)",
        "a column with a number of its own | ALTER TABLE gap ADD COLUMN n serial",
        "a check of old rows | ALTER TABLE gap ADD CONSTRAINT c CHECK (first < behind)",
        "another key | ALTER TABLE mail_in DROP CONSTRAINT mail_in_pkey, ADD PRIMARY KEY (day, hour)",
        "a unique index | CREATE UNIQUE INDEX u ON refusal (reference)",
        "a long lock of all days | CREATE INDEX i ON event (at)",
        "outside a transaction | CREATE INDEX CONCURRENTLY i ON control (partition)",
        "an index that may fail | CREATE INDEX i ON control (((at / 1000)::int))",
        "an index that is there by chance | CREATE INDEX IF NOT EXISTS i ON control (partition)",
        "old rows are changed | UPDATE recipient SET host = '' WHERE host = '-'",
        "old rows are removed | DELETE FROM gap",
        "rows of an old table | INSERT INTO gap (topic) VALUES ('x')",
        "a trigger | CREATE TRIGGER t AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION f()",
        "a function | CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "a view, which holds columns | CREATE VIEW v AS SELECT day FROM message",
        "a block | DO 'BEGIN END'",
        "a lock | LOCK TABLE message IN ACCESS EXCLUSIVE MODE",
        "another time for locks | SET lock_timeout = 0",
        "a table that refers to an old one | CREATE TABLE n (day int, queue_id text REFERENCES anchors)",
        "a table by something else than the day | CREATE TABLE n (hour int NOT NULL) PARTITION BY RANGE (hour)",
        "a table with rows of another | CREATE TABLE n AS SELECT * FROM message",
        "a table by day that no rebuild knows | CREATE TABLE n (day int NOT NULL, a int)",
        "a table that may be there | CREATE TABLE IF NOT EXISTS n (a int)",
        "two old tables in one transaction | ALTER TABLE gap ADD COLUMN a int; ALTER TABLE route ADD COLUMN a int",
      })
  void whatIsNoExpansionIsFound(String what, String sql) throws IOException {
    assertThat(shown(1).problems("V800__planted.sql", "-- expand: same fold\n" + sql + ";\n"))
        .as(what)
        .isNotEmpty();
  }

  @Test
  void whatOnlyExpandsIsNotFound() throws IOException {
    for (String sql :
        List.of(
            "ALTER TABLE gap ADD COLUMN a int",
            "ALTER TABLE gap ADD COLUMN a text COLLATE \"C\" NOT NULL DEFAULT '', ADD COLUMN b inet",
            "ALTER TABLE message ALTER COLUMN cipher SET DEFAULT ''",
            "CREATE INDEX i ON control (partition)",
            "CREATE INDEX i ON ONLY event (at)",
            "CREATE TABLE n (a int PRIMARY KEY); INSERT INTO n (a) VALUES (1);"
                + " CREATE UNIQUE INDEX i ON n (a)")) {
      assertThat(shown(1).problems("V800__planted.sql", "-- expand: same fold\n" + sql))
          .as(sql)
          .isEmpty();
    }
  }

  @Test
  void theFirstLineSaysWhetherTheFoldWritesMore() throws IOException {
    String sql = "ALTER TABLE gap ADD COLUMN a int";
    assertThat(shown(1).problems("V800__planted.sql", sql)).hasSize(1);
    assertThat(shown(1).problems("V800__planted.sql", "-- expand: fold 2\n" + sql)).hasSize(1);
    assertThat(shown(2).problems("V800__planted.sql", "-- expand: fold 2\n" + sql)).isEmpty();
  }

  @Test
  void whatNoReleasedVersionUsesIsDropped() throws IOException {
    String drop = "-- contract: unused since 1.2.0\nALTER TABLE message DROP COLUMN cipher;\n";
    String file = "V800__contract_cipher.sql";
    assertThat(shown(1, "1.2.0").problems(file, drop)).isEmpty();
    assertThat(shown(1, "1.1.0").problems(file, drop)).hasSize(1);
    assertThat(shown(1, "1.2.0").problems(file, drop + "ALTER TABLE gap ADD COLUMN a int"))
        .hasSize(1);
    assertThat(shown(1, "1.2.0").problems("V800__cipher.sql", drop)).hasSize(2);
    assertThat(shown(1, "1.2.0").problems(file, drop.replace("-- contract", "-- "))).hasSize(1);
  }

  /** Its names and nothing else: settings of a migration would take it out of its transaction. */
  @Test
  void anotherFileIsNoMigration() throws IOException {
    for (String file :
        List.of("V800__a.sql.conf", "R__repeated.sql", "B800__b.sql", "V8.1__c.sql")) {
      assertThat(shown(1).problems(file, "-- expand: same fold\n")).as(file).hasSize(1);
    }
  }

  /** The tables have more columns than a version knows, in another order than it expects. */
  @Test
  void noStatementCountsOnTheColumnsThatATableHas() throws IOException {
    try (Stream<Path> sources = Files.walk(SERVICE.resolve("src/main/java"))) {
      for (Path source : sources.filter(file -> file.toString().endsWith(".java")).toList()) {
        // A statement is written as strings that are joined.
        String text = Files.readString(source).replaceAll("\"\\s*\\+\\s*\"", "");
        assertThat(
                text.lines()
                    .filter(line -> line.contains("\""))
                    .filter(line -> BY_POSITION.matcher(line).find())
                    .filter(line -> !line.contains(".replace")))
            .as(source.getFileName().toString())
            .isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"SELECT * FROM message\"",
        "\"SELECT r.*, m.at FROM r\"",
        "\"INSERT INTO gap VALUES (?)\"",
        "\"INSERT INTO gap SELECT 1\"",
        "\"COPY gap FROM STDIN\"",
      })
  void aStatementThatDoesIsFound(String line) {
    assertThat(BY_POSITION.matcher(line).find()).isTrue();
  }

  private static MigrationRules shown(int fold, String... releases) throws IOException {
    MigrationRules rules = new MigrationRules(Set.of(releases), fold);
    for (Path file : files(MIGRATIONS)) {
      var unused = rules.problems(file.getFileName().toString(), Files.readString(file));
    }
    return rules;
  }

  private static MigrationRules rules(int fold) throws IOException {
    String changes = Files.readString(ProjectFolder.root().resolve("CHANGELOG.md"));
    return new MigrationRules(
        RELEASE.matcher(changes).results().map(r -> r.group(1)).collect(Collectors.toSet()), fold);
  }

  private static int fold() throws IOException {
    String source =
        Files.readString(SERVICE.resolve("src/main/java/io/postern/console/fold/Fold.java"));
    return FOLD.matcher(source)
        .results()
        .map(r -> Integer.parseInt(r.group(1)))
        .findFirst()
        .orElseThrow();
  }

  /** In the order of their numbers. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Map<Path, Integer> numbers =
          files.collect(
              Collectors.toMap(
                  file -> file,
                  file ->
                      Integer.parseInt(
                          file.getFileName().toString().replaceAll("^V(\\d+)__.*", "$1"))));
      return numbers.keySet().stream().sorted(Comparator.comparing(numbers::get)).toList();
    }
  }
}
