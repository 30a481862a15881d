package io.postern.console.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which migrations two versions can share
 * (docs/decisions/0103-two-versions-of-the-console-share-its-tables.md): a list of the statements
 * that only expand, and none that is not in it. Owner: one thread, which shows the migrations in
 * their order.
 */
final class MigrationRules {
  /** The last migration before there were two versions. */
  static final int LAST_FREE = 3;

  private static final Pattern NAME = Pattern.compile("V(\\d+)__([a-z0-9_]+)\\.sql");
  private static final Pattern EXPAND = Pattern.compile("-- expand: (?:same fold|fold (\\d+))");
  private static final Pattern CONTRACT = Pattern.compile("-- contract: unused since (\\S+)");
  private static final String TYPE = "(?:int|bigint|bytea|boolean|inet|text(?: COLLATE \"C\")?)";
  private static final String LITERAL = "(?:'[^']*'|-?\\d+|true|false)";
  private static final String ADDED =
      "ADD COLUMN \\w+ " + TYPE + "(?: (?:NOT NULL )?DEFAULT " + LITERAL + ")?";
  // Parentheses in its list of columns are two deep at most.
  private static final Pattern TABLE =
      Pattern.compile("CREATE TABLE (\\w+) \\(((?:[^()]|\\((?:[^()]|\\([^()]*\\))*\\))*)\\)(.*)");
  private static final Pattern BY_DAY = Pattern.compile(" PARTITION BY RANGE \\(day\\)");
  private static final Pattern STORAGE = Pattern.compile("(?: WITH \\(fillfactor = \\d+\\))?");
  private static final Pattern ADD =
      Pattern.compile("ALTER TABLE (\\w+) " + ADDED + "(?:, " + ADDED + ")*");
  private static final Pattern DEFAULT =
      Pattern.compile("ALTER TABLE (\\w+) ALTER COLUMN \\w+ SET DEFAULT " + LITERAL);
  private static final Pattern INDEX =
      Pattern.compile("CREATE (UNIQUE )?INDEX \\w+ ON (ONLY )?(\\w+) (.*)");
  private static final Pattern PLAIN_INDEX =
      Pattern.compile("\\(\\w+(?:, \\w+)*\\)(?: WHERE \\w+ <> '[^']*')?");
  private static final Pattern COMMENT = Pattern.compile("COMMENT ON TABLE (\\w+) IS '([^']*)'");
  private static final Pattern INSERT =
      Pattern.compile("INSERT INTO (\\w+) \\([^()]*\\) VALUES .*");
  private static final Pattern DROP =
      Pattern.compile("DROP TABLE \\w+|DROP INDEX \\w+|ALTER TABLE \\w+ DROP COLUMN \\w+");
  private static final Set<String> COMMENTS =
      Set.of("folded from mail.accepted", "folded from mail.refusals", "kept by a rebuild");
  private static final Set<String> NOT_IN_A_TABLE =
      Set.of("REFERENCES", "GENERATED", "LIKE", "INHERITS", "EXCLUDE", "SERIAL", "BIGSERIAL");

  private final Set<String> partitioned = new HashSet<>();
  private final Set<String> tables = new HashSet<>();
  private final Set<String> releases;
  private final int fold;

  /**
   * @param releases that were published, as they are named
   * @param fold number of this version's fold
   */
  MigrationRules(Set<String> releases, int fold) {
    this.releases = Set.copyOf(releases);
    this.fold = fold;
  }

  /** What is wrong with the next migration, in sentences; empty: nothing. */
  List<String> problems(String file, String text) {
    Matcher name = NAME.matcher(file);
    if (!name.matches()) {
      return List.of("write V4__words_with_underscores.sql: " + file);
    }
    List<String> statements = statements(text);
    if (Integer.parseInt(name.group(1)) <= LAST_FREE) {
      statements.forEach(this::made);
      return List.of();
    }
    List<String> problems = new ArrayList<>();
    String header = text.lines().findFirst().orElse("");
    if (name.group(2).startsWith("contract_")) {
      contract(header, statements, problems);
    } else {
      header(header, problems);
      expand(statements, problems);
    }
    return problems;
  }

  private void header(String header, List<String> problems) {
    Matcher expand = EXPAND.matcher(header);
    if (!expand.matches()) {
      problems.add("the first line is \"-- expand: same fold\" or \"-- expand: fold NUMBER\"");
    } else if (expand.group(1) != null && Integer.parseInt(expand.group(1)) > fold) {
      problems.add("Fold.NUMBER is less than " + expand.group(1));
    }
  }

  private void contract(String header, List<String> statements, List<String> problems) {
    Matcher contract = CONTRACT.matcher(header);
    if (!contract.matches()) {
      problems.add("the first line is \"-- contract: unused since RELEASE\"");
    } else if (!releases.contains(contract.group(1))) {
      problems.add(contract.group(1) + " is not released: the version before still uses it");
    }
    statements.stream()
        .filter(statement -> !DROP.matcher(statement).matches())
        .forEach(statement -> problems.add("more than what is dropped: " + statement));
  }

  private void expand(List<String> statements, List<String> problems) {
    Set<String> made = new HashSet<>();
    Set<String> described = new HashSet<>();
    Set<String> changed = new HashSet<>();
    for (String statement : statements) {
      Matcher table = TABLE.matcher(statement);
      Matcher add = ADD.matcher(statement);
      Matcher set = DEFAULT.matcher(statement);
      Matcher index = INDEX.matcher(statement);
      Matcher comment = COMMENT.matcher(statement);
      Matcher insert = INSERT.matcher(statement);
      if (table.matches()) {
        table(table).ifPresent(problem -> problems.add(problem + ": " + statement));
        made.add(table.group(1));
        if (!(" " + table.group(2)).contains(" day int ")) {
          described.add(table.group(1));
        }
        made(statement);
      } else if (add.matches()) {
        changed.add(add.group(1));
      } else if (set.matches()) {
        changed.add(set.group(1));
      } else if (index.matches()) {
        index(index, made).ifPresent(problem -> problems.add(problem + ": " + statement));
      } else if (comment.matches() && COMMENTS.contains(comment.group(2))) {
        described.add(comment.group(1));
      } else if (!insert.matches() || !made.contains(insert.group(1))) {
        problems.add("not known as an expansion: " + statement);
      }
    }
    changed.removeAll(made);
    if (changed.size() > 1) {
      problems.add("a migration changes one table: two in one transaction lock each other out");
    }
    made.removeAll(described);
    made.forEach(table -> problems.add("COMMENT ON TABLE " + table + " says what a rebuild does"));
  }

  private Optional<String> table(Matcher table) {
    String options = table.group(3);
    Matcher byDay = BY_DAY.matcher(options);
    if (tables.contains(table.group(1))) {
      return Optional.of("the table is there");
    }
    if (!byDay.lookingAt() && !STORAGE.matcher(options).matches()
        || byDay.lookingAt() && byDay.end() != options.length()) {
      return Optional.of("partitions are days, which the version before makes too");
    }
    for (String word : table.group(2).toUpperCase(java.util.Locale.ROOT).split("\\W+", -1)) {
      if (NOT_IN_A_TABLE.contains(word)) {
        return Optional.of(word + " ties it to a table that the version before writes");
      }
    }
    return Optional.empty();
  }

  private Optional<String> index(Matcher index, Set<String> made) {
    String table = index.group(3);
    if (made.contains(table)) {
      return Optional.empty();
    }
    if (index.group(1) != null) {
      return Optional.of("rows of the version before may be equal");
    }
    if (!PLAIN_INDEX.matcher(index.group(4)).matches()) {
      return Optional.of("an expression may fail for rows of the version before");
    }
    if (partitioned.contains(table) && index.group(2) == null) {
      return Optional.of("it locks all days for minutes: write ON ONLY, for the days to come");
    }
    return Optional.empty();
  }

  private void made(String statement) {
    Matcher table = TABLE.matcher(statement);
    if (table.matches()) {
      tables.add(table.group(1));
      if (table.group(3).contains("PARTITION BY")) {
        partitioned.add(table.group(1));
      }
    }
  }

  /** Without comments, each with single spaces. A semicolon in quotes is none of ours. */
  private static List<String> statements(String text) {
    String code = text.replaceAll("--[^\n]*", "").replaceAll("\\s+", " ");
    List<String> statements = new ArrayList<>();
    for (String statement : code.split(";", -1)) {
      if (!statement.isBlank()) {
        statements.add(statement.strip().replace("( ", "(").replace(" )", ")"));
      }
    }
    return statements;
  }
}
