package io.postern.log.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules are tried by a model without a broker: they know contracts, and no I/O. */
class RulesAreAloneTest {
  private static final Path RULES = Path.of("src/main/java/io/postern/log/rules");
  private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([\\w.]+);");
  private static final Pattern ALLOWED =
      Pattern.compile(
          "java\\.(util|time|math)\\..*|io\\.postern\\.(contracts|names)\\..*"
              + "|com\\.google\\.protobuf\\..*|org\\.jspecify\\..*");

  @Test
  void theRulesImportNoIoAndNothingOfTheLog() throws IOException {
    try (Stream<Path> files = Files.list(RULES)) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(sources).hasSizeGreaterThan(15);
      for (Path source : sources) {
        Matcher imported = IMPORT.matcher(Files.readString(source));
        while (imported.find()) {
          assertThat(imported.group(1)).as(source.toString()).matches(ALLOWED);
        }
      }
    }
  }
}
